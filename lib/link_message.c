/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link_message.c: the netlink requests that any link and any bridge's port knows. */
#include <net/if.h>
#include <sys/socket.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "lib/link_message.h"

void link_message_begin(struct netlink_batch *batch, uint16_t type, uint16_t flags,
			int family, int index, const void *tag)
{
	const struct ifinfomsg fixed = { .ifi_family = family, .ifi_index = index };

	netlink_begin(batch, type, flags, &fixed, sizeof(fixed), tag);
}

static void begin_change(struct netlink_batch *batch, int index, const void *tag)
{
	link_message_begin(batch, RTM_NEWLINK, 0, AF_UNSPEC, index, tag);
}

void link_message_delete(struct netlink_batch *batch, int index, const void *tag)
{
	link_message_begin(batch, RTM_DELLINK, 0, AF_UNSPEC, index, tag);
}

/* Without its '\0': an empty alias is none. */
void link_message_alias(struct netlink_batch *batch, int index, const char *alias,
			const void *tag)
{
	size_t length = 0;

	while (alias[length])
		length++;
	begin_change(batch, index, tag);
	netlink_add(batch, IFLA_IFALIAS, alias, length);
}

void link_message_mtu(struct netlink_batch *batch, int index, unsigned mtu,
		      const void *tag)
{
	begin_change(batch, index, tag);
	netlink_add_u32(batch, IFLA_MTU, mtu);
}

void link_message_mac(struct netlink_batch *batch, int index, const uint8_t mac[6],
		      const void *tag)
{
	begin_change(batch, index, tag);
	netlink_add(batch, IFLA_ADDRESS, mac, 6);
}

void link_message_up(struct netlink_batch *batch, int index, bool up, const void *tag)
{
	const struct ifinfomsg fixed = { .ifi_family = AF_UNSPEC,
					 .ifi_index = index,
					 .ifi_flags = up ? IFF_UP : 0,
					 .ifi_change = IFF_UP };

	netlink_begin(batch, RTM_NEWLINK, 0, &fixed, sizeof(fixed), tag);
}

void link_message_master(struct netlink_batch *batch, int index, int master,
			 const void *tag)
{
	begin_change(batch, index, tag);
	netlink_add_u32(batch, IFLA_MASTER, master);
}

void link_message_port(struct netlink_batch *batch, int index,
		       const struct link_port *port, const void *tag)
{
	link_message_begin(batch, RTM_SETLINK, 0, AF_BRIDGE, index, tag);
	netlink_nest(batch, IFLA_PROTINFO);
	netlink_add_u8(batch, IFLA_BRPORT_ISOLATED, port->isolated);
	netlink_add_u8(batch, IFLA_BRPORT_MODE, port->hairpin);
	netlink_nest_end(batch);
}

void link_message_vlan(struct netlink_batch *batch, int index, bool is_bridge,
		       const struct link_vlan *vlan, bool add, const void *tag)
{
	const struct bridge_vlan_info info = {
		.flags = (vlan->pvid ? BRIDGE_VLAN_INFO_PVID : 0) |
			 (vlan->untagged ? BRIDGE_VLAN_INFO_UNTAGGED : 0),
		.vid = vlan->id,
	};

	link_message_begin(batch, add ? RTM_SETLINK : RTM_DELLINK, 0, AF_BRIDGE, index,
			   tag);
	netlink_nest(batch, IFLA_AF_SPEC);
	if (is_bridge)
		netlink_add_u16(batch, IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF);
	netlink_add(batch, IFLA_BRIDGE_VLAN_INFO, &info, sizeof(info));
	netlink_nest_end(batch);
}
