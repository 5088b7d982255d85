/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu_img.h: QEMU's tool for image files: how it is called for what. It is not told to
 * guess a format, for that is read from what the guest writes.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_QEMU_IMG_H
#define BEDPLATE_QEMU_LAUNCH_QEMU_IMG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

enum { QEMU_IMG_ARGS = 24 };

/* A call of it. */
struct qemu_img {
	const char *argv[QEMU_IMG_ARGS];
	int count;
	char size[32];
};

/* Makes an image, over another where `backing` is not NULL; size 0: the other's. */
void qemu_img_create(struct qemu_img *call, const char *path, const char *format,
		     uint64_t size, const char *backing, const char *backing_format);
/* The same over an image that may be in use: that is not opened, so its size is to be given. */
void qemu_img_overlay(struct qemu_img *call, const char *path, uint64_t size,
		      const char *backing, const char *backing_format);
void qemu_img_resize(struct qemu_img *call, const char *path, const char *format,
		     uint64_t size, bool shrink);
/* Of a whole chain as a JSON array; of an image that a guest writes to, too. */
void qemu_img_info(struct qemu_img *call, const char *path, const char *format);
/* `repair` is NULL, "leaks" or "all". */
void qemu_img_check(struct qemu_img *call, const char *path, const char *format,
		    const char *repair);
/* Into a new file, or one that is there (`into`: a device). */
void qemu_img_convert(struct qemu_img *call, const char *from, const char *from_format,
		      const char *to, const char *to_format, bool compress, bool into);
/* What lies over `base` into it; the overlays stay as they are. */
void qemu_img_commit(struct qemu_img *call, const char *top, const char *base);

/* Runs it to its end: 0, -EINTR where the program is to stop, or -ECHILD with its last words; *status (may be NULL) is its exit status. */
int qemu_img_run(const struct qemu_img *call, int *status, struct err *err);
/* The same, with what it prints as JSON; the caller drops it. */
int qemu_img_ask(const struct qemu_img *call, json_t **answer, int *status,
		 struct err *err);

/* Asks for what qemu_img_info tells of an image and all below it; the caller drops it, on failure, too. */
int qemu_img_chain(const char *path, const char *format, json_t **chain, struct err *err);

/* Has the kernel write a file or device down. */
int qemu_img_sync(const char *path, struct err *err);

#endif
