/* SPDX-License-Identifier: GPL-2.0-or-later */
/* elf_look.h: what is asked of ELF files that lie in memory: programs and kernel modules of
 * x86-64 (elf(5)). Nothing is believed of the file; offsets are checked. */
#ifndef BEDPLATE_MKINITRAMFS_ELF_LOOK_H
#define BEDPLATE_MKINITRAMFS_ELF_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the bytes are an ELF file of 64 bits for x86-64. */
bool elf_is_native(const void *data, size_t size);

/* Whether it is a program that runs. `interpreter` is then the path of the loader that it
 * asks for, or NULL where it is static. */
bool elf_is_program(const void *data, size_t size, const char **interpreter);

/* A section's content by its name; false where there is none. */
bool elf_section(const void *data, size_t size, const char *name, const char **content,
		 size_t *length);

/* The value behind "KEY=" in a module's .modinfo (strings that end in '\0'), one after the
 * other: `after` is the value before, or NULL. NULL where there is none left. */
const char *elf_modinfo(const char *info, size_t length, const char *key,
			const char *after);

#endif
