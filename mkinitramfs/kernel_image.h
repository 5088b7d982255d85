/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_image.h: the version that a kernel image says it has. */
#ifndef BEDPLATE_MKINITRAMFS_KERNEL_IMAGE_H
#define BEDPLATE_MKINITRAMFS_KERNEL_IMAGE_H

#include "lib/err.h"

/* Opens the kernel image at `path`, or where that is NULL the one that kernel_file_find gives for
 * a version. Returns a descriptor; -ENOENT where there is none. `where` is the path that was
 * opened, on the heap. */
int kernel_image_open(const char *path, int root_fd, const char *dir, const char *version,
		      char **where, struct err *err);

/* The path of a kernel as an input's (inputs.h): of the file `path`, or where that is NULL of the one
 * that kernel_file_find gives for a version. A heap string; NULL where there is none. */
char *kernel_image_path(const char *path, int root_fd, const char *dir,
			const char *version);

/* The release ("6.1.0-18-amd64") of an x86 bzImage or of an uncompressed kernel (ELF), as a
 * heap string. NULL with err set where the file is no kernel. */
char *kernel_image_release(int fd, const char *path, struct err *err);

#endif
