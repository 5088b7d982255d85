/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image_list.h: the installed images that boot entries are made for. */
#ifndef BEDPLATE_BOOT_IMAGE_LIST_H
#define BEDPLATE_BOOT_IMAGE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/place.h"

struct boot_image {
	char *version; /* of its kernel */
	char *kernel; /* the kernel's own path below the root: boot/vmlinuz-6.1.0-18-amd64 */
	char *path; /* the image's: boot/initrd.img-6.1.0-18-amd64 */
	char *id;   /* 16 hexadecimal digits; "" where it has none */
	char *kernel_id; /* the CRC-64 of the kernel's file, in the same way; "" where it cannot be read */
	char *made;   /* when */
	int previous; /* 0: the kernel's present one of ours; 1: NAME.prev ... */
	bool running; /* somebody else's of the kernel that runs, which has none of ours; as
			 what was there before ours, it counts as previous */
};

struct image_list {
	/* Present ones first, newest kernel first; then previous ones in the same way; at last
	 * somebody else's of the kernel that runs. */
	struct boot_image *items;
	size_t count;
};

#define IMAGE_LIST_INIT       \
	{                     \
		.items = NULL \
	}

/* Those of the folder whose record is about the file that is there, that were not found to be
 * wrong, and whose kernel is there, too; and of these kernels also previous images without a
 * record, which are somebody else's. If there are any, and the kernel that runs (`running`; "":
 * not known) has none of ours, then somebody else's image of it as well. */
int image_list_read(struct image_list *list, const struct place *place, int root_fd,
		    const char *running, struct err *err);

/* The one with this id, or NULL. */
const struct boot_image *image_list_find(const struct image_list *list, const char *id);

/* Whether one kernel's version is newer: > 0, 0, < 0. Numbers count as such; -rc comes before
 * the release, as version_find_latest in grub-mkconfig_lib has it. */
int kernel_version_compare(const char *a, const char *b);

void image_list_release(struct image_list *list);

#endif
