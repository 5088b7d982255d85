/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keep.h: previous images. */
#ifndef BEDPLATE_MKINITRAMFS_KEEP_H
#define BEDPLATE_MKINITRAMFS_KEEP_H

#include "lib/place.h"

/* Gives the present image, with its record, the name of the latest previous one; those
 * before it move on by one. The present one keeps its name. Nothing where there is none,
 * none is to be kept, or there is one before it that is the better one: because the present one
 * failed to be verified, or because no boot with it was marked as good yet, and one with that
 * before it was, or that is somebody else's. */
int keep_previous(const struct place *place, const char *image, struct err *err);

/* Removes the previous images beyond the first `keep`, and their records. Returns how many
 * images those were; one that could not be removed is a warning. */
int keep_prune(const struct place *place, const char *image, int keep);

#endif
