/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * archive.h: reads initramfs files as the kernel does (init/initramfs.c,
 * unpack_to_rootfs): cpio archives one behind the other, each plain or within a
 * compressed stream, with zeros between them. Behind the entry of a late archive
 * (lib/late_archive.h) come the entries inside it; one that /init would not unpack is an
 * error.
 */
#ifndef BEDPLATE_MKINITRAMFS_ARCHIVE_H
#define BEDPLATE_MKINITRAMFS_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/cpio.h"
#include "mkinitramfs/unpack.h"

struct archive {
	const uint8_t *data; /* the file */
	size_t size;
	size_t segment; /* where the present stream begins in it */
	bool open;      /* within a stream */
	size_t number; /* of the present archive: trailers so far; late ones have others */
	bool is_late;  /* this is what is in a late archive */
	struct unpack unpack;
	struct cpio_reader reader;
	void *mapped;
	struct archive *late; /* the late archive while its entries come; else NULL */
	uint8_t *late_data;
};

#define ARCHIVE_INIT         \
	{                    \
		.data = NULL \
	}

/* Maps a file. */
int archive_open_file(struct archive *archive, const char *path, struct err *err);

/* Reads from memory, which must stay. */
void archive_open_memory(struct archive *archive, const void *data, size_t size);

/* The next entry of whichever archive: 1, with *entry valid until the next call; 0 at the
 * end. Messages name the offset. */
int archive_next(struct archive *archive, const struct cpio_entry **entry,
		 struct err *err);

/* Content of the present entry; 0 at its end. That of a late archive is not given. */
ssize_t archive_read(struct archive *archive, void *data, size_t size, struct err *err);

/* How the present stream is compressed. */
const char *archive_method(const struct archive *archive);

/* Whether an entry is a late archive; its own entries come behind it. */
bool archive_is_late_archive(const struct cpio_entry *entry);

void archive_release(struct archive *archive);
#define _cleanup_archive_ __attribute__((cleanup(archive_release)))

#endif
