/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_tap.h: persistent taps, which are made through /dev/net/tun and not through netlink (kernel
 * Documentation/networking/tuntap.rst). */
#ifndef BEDPLATE_HOST_PREP_NET_TAP_H
#define BEDPLATE_HOST_PREP_NET_TAP_H

#include "host-prep/net.h"

/* Makes a tap with its owner, group, queues and header. -EEXIST where a link of this name
 * is there. */
int net_tap_make(const struct net_link *link, int root_fd, struct err *err);

/* Gives a tap that is there another owner, group or header. -EBUSY while a guest has it. */
int net_tap_change(const struct net_link *link, int root_fd, struct err *err);

/* Gives /dev/tapINDEX, through which a macvtap is opened, to its owner and group. Nothing
 * to do where it has none. */
int net_tap_own_node(const struct net_link *link, int index, int root_fd,
		     struct err *err);

#endif
