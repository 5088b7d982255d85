/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probing.h: drivers that have shown disks and may be about to show more.
 *
 * finit_module(2) returns when a driver has looked at all devices that are there, and what
 * it left to others (ports of AHCI, SCSI disks) is done too: kernel/module/main.c,
 * do_init_module, which waits for async_synchronize_full(). Until then another disk on the
 * same kind of controller may follow at any moment.
 */
#ifndef BEDPLATE_INIT_PROBING_H
#define BEDPLATE_INIT_PROBING_H

#include <stdbool.h>

#include "init/device.h"
#include "init/loader.h"

/* Whether a driver of one of these disks, or of what it hangs on, is being loaded. */
bool probing_disks(const struct devices *devices, struct loader *loader);

#endif
