/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scratch.h: sparse disks in files that look like the host's to an initramfs, made without
 * root, without device-mapper and without mounting anything.
 *
 * The disks have no names, so that nothing of them is left however the program ends. The
 * file system is a small one, whatever the size of the host's: what it holds is one
 * program, the new root's init.
 */
#ifndef BEDPLATE_MKINITRAMFS_SCRATCH_H
#define BEDPLATE_MKINITRAMFS_SCRATCH_H

#include "mkinitramfs/layout.h"

enum { SCRATCH_DISKS_MAX = 24 };

struct scratch {
	char *dir; /* for the time of the making; NULL afterwards */
	int fds[SCRATCH_DISKS_MAX];
	size_t count;
};

#define SCRATCH_INIT       \
	{                  \
		.count = 0 \
	}

/* Makes the disks; `init` is the program that becomes /sbin/init. -ENOTSUP: this file system
 * cannot be made here (another kind, its mkfs is not installed), with the reason; other
 * codes where making failed. */
int scratch_make(struct scratch *scratch, const struct layout *layout, const char *init,
		 struct err *err);

void scratch_release(struct scratch *scratch);
#define _cleanup_scratch_ __attribute__((cleanup(scratch_release)))

/* Makes a file system of the layout's type in DIR/root, of at most the layout's size, with
 * the tree DIR/tree in it. Returns a descriptor. */
int scratch_fs_make(const char *dir, const struct layout *layout, struct err *err);

#endif
