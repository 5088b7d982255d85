/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extract_private.h: what the files of the extraction share. */
#ifndef BEDPLATE_MKINITRAMFS_EXTRACT_PRIVATE_H
#define BEDPLATE_MKINITRAMFS_EXTRACT_PRIVATE_H

#include "mkinitramfs/archive.h"

/* A file with several names: its content comes with one of them, mostly the last. Inode
 * numbers hold within one archive; the kernel forgets them at its trailer. */
struct hard_link {
	size_t archive; /* its number */
	uint32_t ino, dev_major, dev_minor;
	char *path;
};

struct extraction {
	struct archive archive;
	int dir_fd;
	struct hard_link *links;
	size_t link_count;
	bool warned_owner, warned_node;
	char buffer[64 << 10];
};

/* Makes every entry of the archive below dir_fd. */
int extract_all(struct extraction *x, struct err *err);

#endif
