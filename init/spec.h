/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spec.h: what root= and resume= may say, as a plain struct. */
#ifndef BEDPLATE_INIT_SPEC_H
#define BEDPLATE_INIT_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/err.h"

enum { SPEC_MAX = 256, SPEC_NAME_MAX = 128, SPEC_LVM_ID_SIZE = 33 };

enum spec_kind {
	SPEC_NONE,
	SPEC_NODE,      /* value: the kernel's name, "sda1", "cciss/c0d0p1" */
	SPEC_DEVNO,     /* devno */
	SPEC_UUID,      /* value: of a file system */
	SPEC_LABEL,     /* value: of a file system */
	SPEC_PARTUUID,  /* value, and part_offset from /PARTNROFF= */
	SPEC_PARTLABEL, /* value */
	SPEC_VOLUME,    /* group and volume; value: "GROUP/VOLUME" */
	SPEC_MAPPER,    /* value: a device-mapper name that is no logical volume's */
};

struct spec {
	enum spec_kind kind;
	char text[SPEC_MAX]; /* as it was given */
	char value[SPEC_MAX];
	char group[SPEC_NAME_MAX], volume[SPEC_NAME_MAX];
	dev_t devno;
	int part_offset;
};

/* Parses UUID=, LABEL=, PARTUUID=, PARTLABEL=, /dev/NODE, /dev/GROUP/VOLUME,
 * /dev/mapper/NAME, /dev/disk/by-{uuid,label,partuuid,partlabel}/..., MAJOR:MINOR and the
 * kernel's hexadecimal device numbers. Quotes around a value are taken off; in the names
 * below /dev/disk \xHH is a character, as udev writes it. */
int spec_parse(struct spec *spec, const char *text, struct err *err);

/* lvm_mapper_name()'s way back: false where the name is not one that LVM gives to a visible volume. */
bool spec_parse_mapper_name(const char *name, char group[SPEC_NAME_MAX],
			    char volume[SPEC_NAME_MAX]);

/* Whether a group is named by its UUID ("xxxxxx-xxxx-xxxx-xxxx-xxxx-xxxx-xxxxxx", as lvm
 * shows it) instead of by its name; then `id` is that UUID as the disk and device-mapper
 * have it, without hyphens. */
bool spec_is_group_uuid(const char *group, char id[SPEC_LVM_ID_SIZE]);

/* Whether an identity that a device has is the one that the spec asks for. UUIDs are
 * compared without regard to case, since file systems disagree on it (vfat has
 * 1A2B-3C4D). */
bool spec_matches(const struct spec *spec, const char *identity);

#endif
