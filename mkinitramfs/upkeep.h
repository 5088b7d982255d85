/* SPDX-License-Identifier: GPL-2.0-or-later */
/* upkeep.h: what update, remove and status have in common. */
#ifndef BEDPLATE_MKINITRAMFS_UPKEEP_H
#define BEDPLATE_MKINITRAMFS_UPKEEP_H

#include "lib/inputs.h"
#include "lib/place.h"
#include "mkinitramfs/settings.h"

struct upkeep {
	const struct args *args;
	struct settings settings;
	struct place place;
	struct inputs texts; /* of now, see collect_texts */
	int root_fd;
	json_t *rows; /* one object for each image, for --json */
	bool failed;
};

#define UPKEEP_INIT                                                           \
	{                                                                     \
		.settings = SETTINGS_INIT, .place = PLACE_INIT, .root_fd = -1 \
	}

/* Opens the root, reads the settings (without the guests) and opens the folder of images.
 * Returns an exit code. */
int upkeep_open(struct upkeep *upkeep, const struct args *args, struct err *err);
void upkeep_release(struct upkeep *upkeep);
#define _cleanup_upkeep_ __attribute__((cleanup(upkeep_release)))

/* Finds out what inputs that are no files are now: in host mode the root's devices. */
int upkeep_read_texts(struct upkeep *upkeep, struct err *err);

/* -EINVAL where a version cannot be one: it becomes part of files' names. */
int upkeep_check_version(const char *version, struct err *err);

/* Says that one image failed and goes on. The row gets the words. */
void upkeep_fail(struct upkeep *upkeep, json_t *row, const struct err *err);

/* Adds a row {"kernel", "image"}, which is borrowed. */
json_t *upkeep_add_row(struct upkeep *upkeep, const char *version, const char *image);

/* Prints the rows under a name if JSON is asked for. */
int upkeep_print(struct upkeep *upkeep, const char *name, struct err *err);

#endif
