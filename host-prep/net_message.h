/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_message.h: writes the netlink requests of a step.
 *
 * Indexes are the caller's to find; 0 is none. Facts: rtnetlink(7), ip(8)'s sources for
 * which attribute the kernel wants where, kernel net/core/rtnetlink.c.
 */
#ifndef BEDPLATE_HOST_PREP_NET_MESSAGE_H
#define BEDPLATE_HOST_PREP_NET_MESSAGE_H

#include "host-prep/net.h"
#include "lib/netlink.h"

/* Makes a bridge, VLAN, macvtap or WireGuard interface; taps are made otherwise. */
void net_message_make(struct netlink_batch *batch, const struct net_link *link,
		      int parent, const void *tag);

/* A hundred links one by one take seconds, as the kernel waits for its readers each time. As a
 * group they go at once: each is put into it, and then the group is deleted. */
void net_message_group(struct netlink_batch *batch, int index, uint32_t group,
		       const void *tag);
void net_message_delete_group(struct netlink_batch *batch, uint32_t group,
			      const void *tag);

void net_message_bridge(struct netlink_batch *batch, int index,
			const struct net_bridge *bridge, const void *tag);
void net_message_filtering(struct netlink_batch *batch, int index, bool filtering,
			   const void *tag);
void net_message_macvtap(struct netlink_batch *batch, int index,
			 enum net_macvtap_mode mode, const void *tag);

/* `is_unique` spares an IPv6 address the time of looking whether somebody has it. */
void net_message_address(struct netlink_batch *batch, int index,
			 const struct net_address *address, bool add, bool is_unique,
			 const void *tag);
void net_message_route(struct netlink_batch *batch, int index,
		       const struct net_route *route, bool add, const void *tag);

#endif
