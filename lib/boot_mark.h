/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_mark.h: which images a boot was marked as good with: what `bedplate boot` remembers
 * (boot/state.h tells the whole file), for those who only ask.
 */
#ifndef BEDPLATE_LIB_BOOT_MARK_H
#define BEDPLATE_LIB_BOOT_MARK_H

#define BOOT_STATE_PATH "var/lib/bedplate/boot.json"

enum boot_mark {
	BOOT_MARK_UNKNOWN, /* nobody marks boots here, or what is remembered cannot be read */
	BOOT_MARK_NONE,
	BOOT_MARK_GOOD,
};

/* Whether a boot with the image of this id (lib/image_id.h) was good; "" is no image's. */
enum boot_mark boot_mark_of(int root_fd, const char *id);

#endif
