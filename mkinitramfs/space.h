/* SPDX-License-Identifier: GPL-2.0-or-later */
/* space.h: room in the folder of images. */
#ifndef BEDPLATE_MKINITRAMFS_SPACE_H
#define BEDPLATE_MKINITRAMFS_SPACE_H

#include <stdint.h>

#include "lib/place.h"
#include "mkinitramfs/plan.h"

/* How many bytes an image of this plan will take, rather too many: the plain size of all in
 * it, or, where the present image of the kernel is known, a quarter more than that. A
 * record is added. */
uint64_t space_estimate(uint64_t plain, uint64_t present);

/* The plain size of a plan: what its files have now. */
uint64_t space_plain(const struct plan *plan);

/* Checks that so much is free. If it is not, images of kernels that are gone (no modules, no file
 * of the kernel's own, and it does not run) are removed, and nothing else. -ENOSPC where that
 * does not do; with `dry_run` nothing is removed but named. */
int space_make(const struct place *place, uint64_t wanted, bool dry_run, struct err *err);

/* A warning where there would be no room for another image of that size: the next update
 * would fail. */
void space_warn(const struct place *place, uint64_t size);

#endif
