/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dm.h: the kernel's device-mapper interface (linux/dm-ioctl.h), as far as /init needs
 * it. */
#ifndef BEDPLATE_INIT_DM_H
#define BEDPLATE_INIT_DM_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/err.h"

/* Opens device-mapper's control device. Returns a descriptor; -ENODEV where the kernel
 * has no device-mapper (dm-mod is not loaded). */
int dm_open(struct err *err);

/* Creates a mapped device with its table (lines "START LENGTH TARGET ARGUMENTS", in
 * sectors) and makes it live; half-made ones are removed again. 0 with *devno, also where
 * a device of this name and UUID is live already. */
int dm_create(int dm_fd, const char *name, const char *uuid, const char *table,
	      bool read_only, dev_t *devno, struct err *err);

/* Removes a mapped device that nobody has open. */
void dm_remove(int dm_fd, const char *name);

#endif
