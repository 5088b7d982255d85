/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * install.h: puts an image into its place so that at every moment a whole one is there.
 *
 * How it works:
 *  1. The image and its record are written beside their places under names that nobody
 *     takes for an image (place.h), and synced: install_stage. The staged image can be
 *     looked at, and verified, before it counts.
 *  2. install_commit: the present image gets the previous one's name as well (a hard link;
 *     a copy where the file system has none), then the new image is renamed to its name,
 *     which the kernel does at once or not at all, then the record. The folder is synced
 *     before and after.
 *  3. Whoever is killed leaves the old image or the new one under its name, and staged
 *     files, which install_tidy deals with when somebody has the lock the next time.
 */
#ifndef BEDPLATE_MKINITRAMFS_INSTALL_H
#define BEDPLATE_MKINITRAMFS_INSTALL_H

#include "lib/place.h"
#include "mkinitramfs/build.h"

struct install {
	const struct place *place; /* locked */
	char *image, *staged;      /* names in it */
	char *record, *staged_record;
	struct record_facts facts;
	char id[IMAGE_ID_SIZE], sha512[129], made[RECORD_TIME_SIZE];
	bool same; /* the image that is there has these very bytes */
};

/* Names for one kernel's image. */
int install_open(struct install *install, const struct place *place, const char *version,
		 struct err *err);

/* Writes image and record aside. On failure nothing is left. */
int install_stage(struct install *install, const struct build *build,
		  const struct host_conf *host, const struct inputs *inputs,
		  struct image_result *done, struct err *err);

/* Has what was staged take the place of what is there. */
int install_commit(struct install *install, struct err *err);

/* Removes what was staged, and forgets. */
void install_release(struct install *install);
#define _cleanup_install_ __attribute__((cleanup(install_release)))

/* Ends what others were killed in: finishes what was as good as done, removes the rest. */
int install_tidy(const struct place *place, struct err *err);

/* Removes an image, those before it, their records and what is kept of a failed update;
 * -ENOENT where there is none of them. The record goes last: until then the rest is known to be ours. */
int install_remove(const struct place *place, const char *image, struct err *err);

#endif
