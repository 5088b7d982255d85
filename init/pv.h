/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pv.h: whether a device is a physical volume. */
#ifndef BEDPLATE_INIT_PV_H
#define BEDPLATE_INIT_PV_H

#include <stdbool.h>

#include "init/device.h"

/* Whether a device has a label of LVM that counts: one that was left on a disk which is
 * parted by now does not, as for lvm (its lib/filters/filter-partitioned.c). */
bool device_is_pv(int root_fd, const struct device *device);

#endif
