/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_chain.h: which file is each of a guest's disks now: the one place where that stands,
 * /var/lib/bedplate/guests/NAME.disks.json.
 *
 *	{"version": 1, "disks": [
 *	  {"path": "/dev/vg/web", "format": "raw",
 *	   "overlays": [{"name": "before", "path": FILE, "made": SECONDS}, ...],
 *	   "aside": {"at": 0, "overlays": [...]},
 *	   "gone": [{"name", "path", "made"}, ...]}, ...]}
 *
 * A disk is known by its Path=, whose file lies under all: the guest writes to the last overlay, or to
 * Path= where there is none. `aside` is what a rollback took away, from place `at` on. `gone` are files that
 * are to be removed, and those that are only being made: a command that was killed
 * leaves no file that nobody knows of.
 *
 * It is written aside and renamed, and always such that a start from it loses nothing: an overlay stands here
 * before QEMU writes to it, and leaves at a moment at which nothing is in it that is not below it.
 *
 * The file is root's, beside the guest's folder: that is QEMU's user's, who is not to say what root opens.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_DISK_CHAIN_H
#define BEDPLATE_QEMU_LAUNCH_DISK_CHAIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

/* Reads a guest's; one that is not there has no disks. Dropped by the caller. -EBADMSG
 * where the file is something else. */
int disk_chains_read(json_t **chains, int root_fd, const char *guest, struct err *err);
int disk_chains_write(const json_t *chains, int root_fd, const char *guest,
		      struct err *err);

/* The chain of the disk with this Path=; NULL: it has none. It belongs to the chains. */
json_t *disk_chain_find(const json_t *chains, const char *path);
/* The same; one is added where there is none. NULL without memory. */
json_t *disk_chain_get(json_t *chains, const char *path, const char *format);

size_t disk_chain_count(const json_t *chain);
/* Image 0 is Path=, the others are the overlays. */
const char *disk_chain_image(const json_t *chain, size_t number);
const char *disk_chain_format(const json_t *chain, size_t number);
/* The file that the guest writes to. */
const char *disk_chain_current(const json_t *chain);
/* The place of the overlay of this name among the overlays, or -1. */
int disk_chain_place(const json_t *chain, const char *name);

/* An overlay that is about to be made; it takes its place when it is whole. */
int disk_chain_announce(json_t *chain, const char *name, const char *path, int64_t made);
/* Puts the announced overlay of this path on top. */
int disk_chain_push(json_t *chain, const char *path);
/* Overlays from place `at` on are gone. */
int disk_chain_cut(json_t *chain, size_t at);
/* Sets the overlays from `at` on aside; one that was announced takes their place. */
int disk_chain_roll_back(json_t *chain, size_t at, const char *path);
/* Exchanges what was set aside with what is there instead. */
int disk_chain_undo(json_t *chain);
/* What was set aside is gone. */
int disk_chain_forget(json_t *chain);

/* Of the overlays that a running QEMU has open (`is_open`) is the chain made; the others are gone. Returns
 * whether anything changed. */
bool disk_chain_reconcile(json_t *chain, bool (*is_open)(const char *path, void *data),
			  void *data);

/* Removes the files that are gone, but for those that a QEMU has open, and forgets those that are no more. Returns whether anything
 * changed. */
bool disk_chains_sweep(json_t *chains);

/* Whether an image file's chain, as `qemu-img info --backing-chain` tells it, is this one:
 * -ESTALE with both names where it is not. */
int disk_chain_check(const json_t *chain, const json_t *info, struct err *err);

#endif
