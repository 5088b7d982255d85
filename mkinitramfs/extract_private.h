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

/* A folder's entry, until all that is in it was made. */
struct folder {
	char *path;
	struct cpio_entry entry; /* its name is void */
};

struct extraction {
	struct archive archive;
	int dir_fd;
	struct hard_link *links;
	size_t link_count;
	struct folder *folders;
	size_t folder_count;
	bool warned_owner, warned_node;
	char name[CPIO_NAME_MAX]; /* of the present entry, spelt plainly */
	char buffer[64 << 10];
};

/* Makes every entry of the archive below dir_fd. */
int extract_all(struct extraction *x, struct err *err);

/* Opens a folder of the extraction without following any link; -1 with errno. */
int extract_open_folder(int dir_fd, const char *path);

/* Keeps a folder's attributes (the last entry of a name counts), and sets them in the end. */
int folder_remember(struct extraction *x, const struct cpio_entry *entry,
		    const char *name, struct err *err);
int folders_finish(struct extraction *x, struct err *err);
void folders_free(struct extraction *x);

#endif
