/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab.h: one entry of the new root's /etc/fstab, as a plain struct; fstab(5). */
#ifndef BEDPLATE_INIT_FSTAB_H
#define BEDPLATE_INIT_FSTAB_H

#include <stdbool.h>

#include "init/spec.h"

struct fstab_entry {
	char spec[SPEC_MAX];
	char type[32];
	char options[512];
	int pass; /* of fsck; 0: not to be checked */
};

/* Finds the first entry for this mount point; false where there is none. Blanks in fields
 * stand as \040 and the like. */
bool fstab_find(const char *text, const char *dir, struct fstab_entry *entry);

/* Whether a list of options, parted by commas, has this one; "name" also finds "name=x". */
bool fstab_has_option(const char *options, const char *name);

#endif
