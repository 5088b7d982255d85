/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio.h: passes PCI devices to vfio-pci before any other driver is loaded. */
#ifndef BEDPLATE_INIT_VFIO_H
#define BEDPLATE_INIT_VFIO_H

#include <jansson.h>
#include <stdbool.h>

#include "init/vfio_plan.h"

struct boot;

struct vfio {
	struct vfio_wish *wishes;
	size_t wish_count;
	struct vfio_plan plan; /* with its outcomes after the step */
	bool rescued;          /* a person has had the shell for it */
};

/* Reads the wishes of the configuration and of vfio-pci.ids=. Returns how many. */
size_t vfio_read_wishes(struct boot *boot);

/* The outcomes for boot.json: an array of objects. */
json_t *vfio_json(const struct vfio_plan *plan);

/* Writes a line about a device; what is not as it was wished for is a warning. */
void vfio_report_device(struct boot *boot, const struct vfio_device *device);

#endif
