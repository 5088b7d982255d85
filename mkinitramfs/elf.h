/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf.h: what a program needs in order to be run: its interpreter (ld.so) and libraries,
 * read from the file (elf(5)); nothing is executed, as ldd(1) would.
 */
#ifndef BEDPLATE_MKINITRAMFS_ELF_H
#define BEDPLATE_MKINITRAMFS_ELF_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/names.h"

struct elf_needs {
	char *interpreter;      /* of a script, that of its first line; NULL: none */
	struct names libraries; /* DT_NEEDED */
	struct names folders;   /* DT_RUNPATH, else DT_RPATH; may begin with $ORIGIN */
	unsigned wordsize;      /* 32 or 64; 0: it is no ELF file */
	unsigned machine;       /* EM_... */
};

/* Reads a file's bytes. 0, also for a file that is neither ELF nor a script; -EBADMSG for
 * an ELF file that is damaged, -ENOMEM. Always to be released. */
int elf_read_needs(struct elf_needs *needs, const uint8_t *data, size_t size,
		   struct err *err);
void elf_needs_release(struct elf_needs *needs);
#define _cleanup_elf_needs_ __attribute__((cleanup(elf_needs_release)))

#endif
