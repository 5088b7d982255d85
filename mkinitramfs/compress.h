/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compress.h: the compressions that a kernel unpacks an initramfs from: one row a method.
 *
 * What the kernel asks for beyond the plain format: xz with a CRC32 check only (kernel
 * Documentation/staging/xz.rst), lz4 in its legacy frames (kernel
 * lib/decompress_unlz4.c).
 */
#ifndef BEDPLATE_MKINITRAMFS_COMPRESS_H
#define BEDPLATE_MKINITRAMFS_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct compressor;

struct compress_method {
	const char *name;
	const char *config; /* the kernel option that unpacks it; NULL: always there */
	int level, level_min, level_max;
	int (*open)(struct compressor *c, int level, struct err *err);
	int (*write)(struct compressor *c, const void *data, size_t size,
		     struct err *err);
	int (*finish)(struct compressor *c, struct err *err);
	void (*release)(struct compressor *c);
};

struct compressor {
	const struct compress_method *method;
	void *state;
	int fd; /* where the result goes; not owned */
	uint8_t *buffer;
	size_t buffer_size;
	uint64_t written; /* bytes that went to fd */
};

#define COMPRESSOR_INIT  \
	{                \
		.fd = -1 \
	}

/* The row of this name, or NULL. */
const struct compress_method *compress_find(const char *name);

/* The rows, ended by one without a name. */
extern const struct compress_method compress_methods[];

/* Starts compressing to a descriptor; level 0 is the method's default. */
int compress_open(struct compressor *c, const struct compress_method *method, int level,
		  int fd, struct err *err);
int compress_write(struct compressor *c, const void *data, size_t size, struct err *err);

/* Writes what is held back and ends the stream. */
int compress_finish(struct compressor *c, struct err *err);

void compress_release(struct compressor *c);
#define _cleanup_compressor_ __attribute__((cleanup(compress_release)))

#endif
