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

/* Activates one volume. -ENXIO: it lacks physical volumes that have not come yet, or its
 * group was not seen at all; -ENOENT: its group has come without it; -EOPNOTSUPP and
 * -EBADMSG: lvm should have a look; other codes: device-mapper's. */
int lvm_native_activate(struct devices *devices, const char *group, const char *volume,
			struct err *err);

#endif
