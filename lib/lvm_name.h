/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_name.h: the names that logical volumes have as devices. */
#ifndef BEDPLATE_LIB_LVM_NAME_H
#define BEDPLATE_LIB_LVM_NAME_H

#include <stddef.h>

/* The device-mapper name of a logical volume: '-' doubles, one '-' parts group and
 * volume. */
void lvm_mapper_name(const char *group, const char *volume, char *name, size_t size);

#endif
