/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * system_id.h: hosts that put their own mark on volume groups.
 *
 * lvmsystemid(7): where global/system_id_source is set, a group made by this host has its
 * system ID, and only a host with the same ID activates it. /init has none.
 */
#ifndef BEDPLATE_MKINITRAMFS_SYSTEM_ID_H
#define BEDPLATE_MKINITRAMFS_SYSTEM_ID_H

/* Warns where lvm's configuration below the root says that this host has a system ID. */
void system_id_check(int root_fd);

#endif
