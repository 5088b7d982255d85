/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_ids.h: reads vfio-pci.ids= of the command line. */
#ifndef BEDPLATE_INIT_VFIO_IDS_H
#define BEDPLATE_INIT_VFIO_IDS_H

#include "init/vfio_plan.h"

/* Reads vfio-pci.ids=: VENDOR:DEVICE[:SUBVENDOR:SUBDEVICE[:CLASS[:MASK]]], parted by commas,
 * as the kernel does (drivers/vfio/pci/vfio_pci.c). Calls `found` for each; a wrong one is
 * told by `err` at the end, after the others. */
int vfio_ids_parse(const char *text,
		   int (*found)(const struct vfio_wish *wish, void *context),
		   void *context, struct err *err);

#endif
