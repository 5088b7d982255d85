/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio.h: late binding: what guests are given goes to vfio-pci, if it has not gone there when
 * the machine was booted, and comes back to its driver.
 *
 * How it works: vfio_want collects what [Vfio] and guests' [Passthrough] sections name;
 * vfio_decide (pure) says of each function whether it goes, is there already, or has to stay
 * and why. The steps set driver_override, have the driver let go, have the kernel probe
 * and look at the driver that it has come to (kernel Documentation/ABI/testing/
 * sysfs-bus-pci). What has to stay is a note, not a failure: the rest of the host is to come
 * up without it.
 */
#ifndef BEDPLATE_HOST_PREP_VFIO_H
#define BEDPLATE_HOST_PREP_VFIO_H

#include <stdbool.h>
#include <stddef.h>

#include "host-prep/iommu.h"
#include "host-prep/part.h"
#include "lib/value/pci_select.h"
#include "lib/vfio_bind.h"

enum { VFIO_ORIGIN = 160, VFIO_REASON = 600 };

struct vfio_wish {
	struct pci_select select;
	char origin[VFIO_ORIGIN];
};

struct vfio_wishes {
	struct vfio_wish *items;
	size_t count;
};

#define VFIO_WISHES_INIT      \
	{                     \
		.items = NULL \
	}

/* In the order of the files; a malformed selector has been refused when they were read. */
int vfio_want(struct vfio_wishes *wishes, const struct part_context *context,
	      struct err *err);
void vfio_wishes_release(struct vfio_wishes *wishes);
#define _cleanup_wishes_ __attribute__((cleanup(vfio_wishes_release)))

/* The first wish that means this function, or NULL. One whose place is right but not its
 * identity means it, too. Pure. */
const struct vfio_wish *vfio_find_wish(const struct vfio_wishes *wishes,
				       const struct pci_function *function);

enum vfio_decision {
	VFIO_THERE, /* a driver of vfio's has it */
	VFIO_BIND,
	VFIO_STAYS, /* `reason` says why */
};

/* `up` names an interface of it that is up, or is "". Pure. */
enum vfio_decision vfio_decide(const struct iommu_function *function,
			       const struct vfio_wish *wish, const char *up,
			       char reason[VFIO_REASON]);

#endif
