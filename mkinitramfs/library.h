/* SPDX-License-Identifier: GPL-2.0-or-later */
/* library.h: where shared libraries lie, as ld.so(8) finds them. */
#ifndef BEDPLATE_MKINITRAMFS_LIBRARY_H
#define BEDPLATE_MKINITRAMFS_LIBRARY_H

#include <stdbool.h>

#include "mkinitramfs/elf.h"

struct library_folders {
	struct names
		names; /* below the root: those of ld.so.conf, then the built-in ones */
	size_t configured; /* how many are from ld.so.conf */
};

int library_folders_read(struct library_folders *folders, int root_fd, struct err *err);
void library_folders_release(struct library_folders *folders);
#define _cleanup_library_folders_ __attribute__((cleanup(library_folders_release)))

/* Finds a library that `user` (a path) needs, for its word size and machine: a path below
 * the root as a heap string, or NULL with err set. *usual tells whether ld.so looks there by
 * itself, without ld.so.cache. */
char *library_find(const struct library_folders *folders, int root_fd, const char *name,
		   const char *user, const struct elf_needs *needs, bool *usual,
		   struct err *err);

#endif
