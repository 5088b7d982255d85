/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_message.c: the netlink requests about links. */
#include <net/if.h>
#include <sys/socket.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "host-prep/net_message.h"
#include "lib/link_message.h"

/* ---- what each kind has of its own ---- */

static void add_bridge(struct netlink_batch *batch, const struct net_bridge *bridge)
{
	netlink_add_u32(batch, IFLA_BR_STP_STATE, bridge->stp);
	netlink_add_u32(batch, IFLA_BR_FORWARD_DELAY, bridge->forward_delay_cs);
}

/* Without a default VLAN: what ports take part in is said one by one. */
static void add_filtering(struct netlink_batch *batch, bool filtering)
{
	netlink_add_u8(batch, IFLA_BR_VLAN_FILTERING, filtering);
	if (filtering)
		netlink_add_u16(batch, IFLA_BR_VLAN_DEFAULT_PVID, 0);
}

/* A kernel without VLAN filtering refuses to be told even that it is off. */
static void add_kind_bridge(struct netlink_batch *batch, const struct net_link *link)
{
	add_bridge(batch, &link->bridge);
	if (link->bridge.vlan_filtering)
		add_filtering(batch, true);
}

static void add_kind_vlan(struct netlink_batch *batch, const struct net_link *link)
{
	netlink_add_u16(batch, IFLA_VLAN_ID, link->vlan_id);
}

static void add_kind_macvtap(struct netlink_batch *batch, const struct net_link *link)
{
	netlink_add_u32(batch, IFLA_MACVLAN_MODE,
			link->macvtap_mode ? link->macvtap_mode : NET_MACVTAP_BRIDGE);
}

static void (*const kind_adders[NET_KINDS])(struct netlink_batch *batch,
					    const struct net_link *link) = {
	[NET_BRIDGE] = add_kind_bridge,
	[NET_VLAN] = add_kind_vlan,
	[NET_MACVTAP] = add_kind_macvtap,
};

static void begin_info(struct netlink_batch *batch, const char *kind)
{
	netlink_nest(batch, IFLA_LINKINFO);
	netlink_add_text(batch, IFLA_INFO_KIND, kind);
	netlink_nest(batch, IFLA_INFO_DATA);
}

static void end_info(struct netlink_batch *batch)
{
	netlink_nest_end(batch);
	netlink_nest_end(batch);
}

void net_message_make(struct netlink_batch *batch, const struct net_link *link,
		      int parent, const void *tag)
{
	link_message_begin(batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, AF_UNSPEC, 0,
			   tag);
	netlink_add_text(batch, IFLA_IFNAME, link->name);
	if (parent)
		netlink_add_u32(batch, IFLA_LINK, parent);
	if (link->has_mac)
		netlink_add(batch, IFLA_ADDRESS, link->mac, sizeof(link->mac));
	/* One that a bridge is made with it gives up for its ports'. */
	if (link->mtu && link->kind != NET_BRIDGE)
		netlink_add_u32(batch, IFLA_MTU, link->mtu);
	begin_info(batch, net_kind_word(link->kind));
	if (kind_adders[link->kind])
		kind_adders[link->kind](batch, link);
	end_info(batch);
}

void net_message_group(struct netlink_batch *batch, int index, uint32_t group,
		       const void *tag)
{
	link_message_begin(batch, RTM_NEWLINK, 0, AF_UNSPEC, index, tag);
	netlink_add_u32(batch, IFLA_GROUP, group);
}

void net_message_delete_group(struct netlink_batch *batch, uint32_t group,
			      const void *tag)
{
	link_message_begin(batch, RTM_DELLINK, 0, AF_UNSPEC, 0, tag);
	netlink_add_u32(batch, IFLA_GROUP, group);
}

/* ---- attributes ---- */

void net_message_bridge(struct netlink_batch *batch, int index,
			const struct net_bridge *bridge, const void *tag)
{
	/* The kernel takes the delay first, whatever the order in the message, and with STP
	 * none of less than 2 seconds (net/bridge/br_netlink.c, br_changelink). */
	if (!bridge->stp) {
		link_message_begin(batch, RTM_NEWLINK, 0, AF_UNSPEC, index, tag);
		begin_info(batch, "bridge");
		netlink_add_u32(batch, IFLA_BR_STP_STATE, false);
		end_info(batch);
	}
	link_message_begin(batch, RTM_NEWLINK, 0, AF_UNSPEC, index, tag);
	begin_info(batch, "bridge");
	add_bridge(batch, bridge);
	end_info(batch);
}

void net_message_filtering(struct netlink_batch *batch, int index, bool filtering,
			   const void *tag)
{
	link_message_begin(batch, RTM_NEWLINK, 0, AF_UNSPEC, index, tag);
	begin_info(batch, "bridge");
	add_filtering(batch, filtering);
	end_info(batch);
}

void net_message_macvtap(struct netlink_batch *batch, int index,
			 enum net_macvtap_mode mode, const void *tag)
{
	link_message_begin(batch, RTM_NEWLINK, 0, AF_UNSPEC, index, tag);
	begin_info(batch, "macvtap");
	netlink_add_u32(batch, IFLA_MACVLAN_MODE, mode);
	end_info(batch);
}
