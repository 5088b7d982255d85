/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_name.h: the names that logical volumes have as devices. */
#ifndef BEDPLATE_LIB_LVM_NAME_H
#define BEDPLATE_LIB_LVM_NAME_H

#include <stddef.h>

/* The device-mapper name of a logical volume: '-' doubles, one '-' parts group and
 * volume. */
void lvm_mapper_name(const char *group, const char *volume, char *name, size_t size);

/* The other way: "GROUP/VOLUME" of a device-mapper name, without the layer of a hidden device
 * behind it; NULL where it is no such name, or without memory. The caller frees it. */
char *lvm_volume_name(const char *dm_name);

#endif
