/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_seen.h: the physical volumes that are there, and one group out of their metadata. */
#ifndef BEDPLATE_INIT_LVM_SEEN_H
#define BEDPLATE_INIT_LVM_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "init/device.h"
#include "lib/err.h"
#include "lib/lvm_label.h"
#include "lib/lvm_vg.h"

struct seen_pv {
	struct lvm_label label;
	const struct device *device;
	bool other_size; /* than the label says: a leg of a mirror shows its content, too */
};

struct seen_pvs {
	struct seen_pv *items;
	size_t count;
};

/* Reads every device that is a physical volume, each once; one that cannot be read, or
 * whose metadata is damaged, is warned of and left out. */
int seen_read(struct seen_pvs *seen, struct devices *devices, struct err *err);
void seen_release(struct seen_pvs *seen);
#define _cleanup_seen_ __attribute__((cleanup(seen_release)))

/* The group of this name or UUID, with the devices of its PVs. The caller releases the
 * group, then frees *text, which it points into. -ENXIO: no such group was seen;
 * -ENOTUNIQ: two have the name, or a PV is there twice; -EOPNOTSUPP: copies that differ
 * in age or in the group's name, a PV on a device of another size. */
int seen_group(const struct seen_pvs *seen, const char *group, struct lvm_vg *vg,
	       char **text, struct err *err);

#endif
