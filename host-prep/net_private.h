/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_private.h: what the readers of the kernel's state share. */
#ifndef BEDPLATE_HOST_PREP_NET_PRIVATE_H
#define BEDPLATE_HOST_PREP_NET_PRIVATE_H

#include "host-prep/net.h"

/* Each reads one kind of message of a dump; messages of another kind or without what is
 * needed are passed over. Pure: the bytes come from the kernel or from a test. */
void net_read_link(struct net *net, const struct netlink_message *message);
/* Second pass, when all links are known: fills in the names of master and parent. */
void net_read_relations(struct net *net, const struct netlink_message *message);
void net_read_address(struct net *net, const struct netlink_message *message);
/* After the addresses: routes that the kernel made for one of them are left out. */
void net_read_route(struct net *net, const struct netlink_message *message);
/* Only of bridges that filter, or have filtered for us (struct net_vlan). */
bool net_read_has_vlans(const struct net_bridge *bridge);
void net_read_vlans(struct net *net, const struct netlink_message *message);

/* Fills in what sysfs knows about a piece of hardware. */
void net_read_hardware(struct net_link *link, int root_fd);

#endif
