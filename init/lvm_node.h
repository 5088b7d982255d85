/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_node.h: what udev would have done for a volume that was activated without it. */
#ifndef BEDPLATE_INIT_LVM_NODE_H
#define BEDPLATE_INIT_LVM_NODE_H

#include "init/device.h"

/* Makes /dev/mapper/NAME and /dev/GROUP/VOLUME where lvm has not, and writes udev's
 * record of the device, without which systemd-udevd takes the volume for one that is not
 * ready (10-dm.rules looks for DM_UDEV_PRIMARY_SOURCE_FLAG on cold plug). */
void lvm_node_announce(int root_fd, const struct device *device);

#endif
