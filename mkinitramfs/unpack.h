/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpack.h: decompression of what lies in memory, in the formats of kernels, modules and
 * firmware. */
#ifndef BEDPLATE_MKINITRAMFS_UNPACK_H
#define BEDPLATE_MKINITRAMFS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"

/* A decompression must not be made to eat the machine by a few bytes of input. */
enum { UNPACK_MEMORY_MAX = 192 << 20 };

struct unpack;

struct unpack_method {
	const char *name;
	uint8_t magic[8];
	size_t magic_size;
	const char *suffix; /* of files, ".xz"; NULL where there are none */
	/* NULL where the format is only known by name */
	int (*open)(struct unpack *u, struct err *err);
	ssize_t (*read)(struct unpack *u, void *data, size_t size, struct err *err);
	void (*release)(struct unpack *u);
};

struct unpack {
	const struct unpack_method *method;
	void *state;
	const uint8_t *input; /* not owned */
	size_t input_size;
	size_t consumed; /* bytes of the input that belong to the stream so far */
	bool ended;
};

/* The method that the first bytes speak of, or NULL. */
const struct unpack_method *unpack_detect(const void *data, size_t size);

/* Whether a file's name ends in a compression's suffix; *length is then the name's
 * without it. */
bool unpack_suffix(const char *name, size_t *length);

/* Starts decompressing memory that stays where it is. */
int unpack_open(struct unpack *u, const struct unpack_method *method, const void *data,
		size_t size, struct err *err);

/* Refuses zstd data that asks for a window of more than 2^window_log bytes. */
int unpack_limit_window(struct unpack *u, int window_log, struct err *err);

/* The number of bytes that came out; 0 at the stream's end, after which u->consumed is
 * the stream's length in the input; -EBADMSG where the input is damaged or ends too
 * early. */
ssize_t unpack_read(struct unpack *u, void *data, size_t size, struct err *err);

void unpack_release(struct unpack *u);
#define _cleanup_unpack_ __attribute__((cleanup(unpack_release)))

#endif
