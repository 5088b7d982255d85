/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_target.h: what a command about disks works on: a guest's disk, or a file. */
#ifndef BEDPLATE_QEMU_LAUNCH_DISK_TARGET_H
#define BEDPLATE_QEMU_LAUNCH_DISK_TARGET_H

#include <jansson.h>

#include "qemu-launch/context.h"

enum { DISK_PATH_MAX = 4096 };

struct disk_target {
	const struct guest *guest; /* NULL: a file that nobody's file names */
	const struct guest_disk *disk;
	size_t index;
	char path
		[DISK_PATH_MAX]; /* what is written to now: the last overlay, or the file */
	const char *format;
};

/* Whether a word is a file's name, and not a guest's: it has a slash. */
bool disk_is_file(const char *word);

/* The guest's disk of this number (0, or disk0), serial number, path, or name of its file. NULL is
 * its only one. */
const struct guest_disk *disk_find(const struct guest *guest, const char *word,
				   size_t *index, struct err *err);

/* A guest's disk, as it is now: `chains` are the guest's (disk_chain.h). */
void disk_target_set(struct disk_target *target, const struct guest *guest, size_t index,
		     const json_t *chains);

/* A file: its format is `format`, or what its name's ending says (NULL). */
int disk_target_file(struct disk_target *target, const char *path, const char *format,
		     struct err *err);

#endif
