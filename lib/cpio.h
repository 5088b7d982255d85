/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpio.h: the "newc" archive format that the kernel unpacks (kernel
 * Documentation/driver-api/early-userspace/buffer-format.rst), written and read in one
 * place.
 *
 * An entry is a header of 110 ASCII bytes, the name with its '\0', and the content; name
 * and content are each padded to a multiple of 4. An archive ends with an entry named
 * TRAILER!!!.
 */
#ifndef BEDPLATE_LIB_CPIO_H
#define BEDPLATE_LIB_CPIO_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"

enum { CPIO_HEADER = 110, CPIO_ALIGN_MAX = 16, CPIO_NAME_MAX = PATH_MAX };

struct cpio_entry {
	const char *name; /* as it stands in the archive */
	uint32_t ino, mode, uid, gid, nlink, mtime;
	uint32_t size; /* of the content; of a symbolic link, its target's length */
	uint32_t
		align; /* written only: the content's place in the archive is a multiple of
			   this, by more '\0' behind the name; 0, or a power of two up to
			   CPIO_ALIGN_MAX */
	uint32_t dev_major, dev_minor, rdev_major, rdev_minor;
	uint32_t check; /* sum of the content's bytes where has_check */
	bool has_check; /* the archive is of the "crc" kind */
};

/* Where the writer's bytes go; 0 or -errno with err set. */
typedef int cpio_sink(void *context, const void *data, size_t size, struct err *err);

/* Where the reader's bytes come from: the number read, 0 at the end, or -errno with err
 * set. */
typedef ssize_t cpio_source(void *context, void *data, size_t size, struct err *err);

struct cpio_writer {
	cpio_sink *sink;
	void *context;
	uint64_t offset; /* bytes written */
	uint32_t ino;    /* the last one given out */
};

/* Writes one entry with its content of entry->size bytes (NULL where that is 0). Inode
 * numbers are given out in the order of writing, so that equal input gives equal bytes.
 */
int cpio_write(struct cpio_writer *writer, const struct cpio_entry *entry,
	       const void *content, struct err *err);

/* Writes the trailer. */
int cpio_write_end(struct cpio_writer *writer, struct err *err);

struct cpio_reader {
	cpio_source *source;
	void *context;
	uint64_t offset; /* bytes read */
	uint64_t left;   /* of the present entry's content */
	uint32_t check;  /* sum of the content so far */
	char ahead;      /* a byte that was read too far */
	bool has_ahead;
	struct cpio_entry entry;
	char name[CPIO_NAME_MAX];
};

/* Goes to the next entry, past whatever is left of the present one. 1 and reader->entry
 * is filled (its name is valid until the next call); 0 at the trailer. Messages name the
 * offset. */
int cpio_read(struct cpio_reader *reader, struct err *err);

/* Reads content of the present entry: the number of bytes, 0 at its end. */
ssize_t cpio_read_content(struct cpio_reader *reader, void *data, size_t size,
			  struct err *err);

/* After the trailer: skips the zeros that may follow. 1 when another archive begins there
 * (the next cpio_read gives its first entry), 0 at the end of the source. */
int cpio_read_more(struct cpio_reader *reader, struct err *err);

#endif
