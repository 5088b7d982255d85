/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lvm_native.h: activates linear and striped volumes without the lvm program.
 *
 * How it works: every physical volume's label and metadata are read (lvm_label.h), the
 * group is understood (lvm_vg.h) and its table handed to device-mapper (dm.h), with the
 * name, UUID and table that lvm would have given it. That is several times as fast as
 * starting lvm, which scans twice and reads its configuration first. Whatever looks
 * unusual is left to lvm: other segment types, copies of the metadata that differ in age,
 * duplicates, groups of one name.
 */
#ifndef BEDPLATE_INIT_LVM_NATIVE_H
#define BEDPLATE_INIT_LVM_NATIVE_H

#include "init/device.h"
#include "lib/err.h"
#include "lib/lvm_vg.h"

/* Plans the mapping of one volume after what the devices hold; `group` is a name or a
 * UUID. -ENXIO: it lacks physical volumes that have not come yet, or its group was not
 * seen at all; -ENOENT: its group has come as a whole, without it; -EPERM: the group is
 * exported, shared or another host's; -ENOTUNIQ: two groups have the name, or a physical
 * volume is there twice; -EOPNOTSUPP and -EBADMSG: lvm should have a look. */
int lvm_native_plan(struct devices *devices, const char *group, const char *volume,
		    struct lvm_mapping *mapping, struct err *err);

/* Hands a mapping to device-mapper. Codes are device-mapper's. */
int lvm_native_apply(int root_fd, const struct lvm_mapping *mapping, struct err *err);

/* Takes a mapping away again; a device that is in use stays. */
void lvm_native_undo(const struct lvm_mapping *mapping);

/* Both: plans and activates one volume. */
int lvm_native_activate(struct devices *devices, const char *group, const char *volume,
			struct err *err);

#endif
