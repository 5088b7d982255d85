/* SPDX-License-Identifier: GPL-2.0-or-later */
/* content.h: a file's whole content in memory, plain even where the file is compressed.
 */
#ifndef BEDPLATE_MKINITRAMFS_CONTENT_H
#define BEDPLATE_MKINITRAMFS_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

/* A buffer that is used for one file after the other; it grows to the largest. */
struct content {
	uint8_t *data;
	size_t size, room;
};

#define CONTENT_INIT         \
	{                    \
		.data = NULL \
	}

/* Reads a file below a root (AT_FDCWD: any file); with `unpack` it is decompressed by
 * what its first bytes say. A file of 4 GiB or more is refused, for cpio cannot hold it.
 */
int content_load(struct content *content, int root_fd, const char *path, bool unpack,
		 struct err *err);

void content_release(struct content *content);
#define _cleanup_content_ __attribute__((cleanup(content_release)))

#endif
