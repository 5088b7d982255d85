/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_read_link.c: reads links and bridges' VLANs out of netlink's messages. */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>

#include "host-prep/net_private.h"
#include "lib/cleanup.h"

enum { LOWER_UP = 1 << 16 /* IFF_LOWER_UP, which not every libc names */ };

typedef const struct netlink_attribute *attributes;

static void read_bridge(struct net_link *link, attributes data)
{
	link->bridge = (struct net_bridge){
		.stp = netlink_u32(&data[IFLA_BR_STP_STATE], 0) != 0,
		.forward_delay_cs = netlink_u32(&data[IFLA_BR_FORWARD_DELAY], 0),
		.vlan_filtering = netlink_u8(&data[IFLA_BR_VLAN_FILTERING], 0) != 0,
		.no_default_vlan = netlink_u16(&data[IFLA_BR_VLAN_DEFAULT_PVID], 1) == 0,
	};
}

/* A tun without Ethernet headers is of the same kind to the kernel, and none of ours. */
static void read_tap(struct net_link *link, attributes data)
{
	if (netlink_u8(&data[IFLA_TUN_TYPE], IFF_TUN) != IFF_TAP)
		link->kind = NET_NIC;
	link->tap = (struct tap){
		.owner = data[IFLA_TUN_OWNER].data
				 ? (int64_t)netlink_u32(&data[IFLA_TUN_OWNER], 0)
				 : -1,
		.group = data[IFLA_TUN_GROUP].data
				 ? (int64_t)netlink_u32(&data[IFLA_TUN_GROUP], 0)
				 : -1,
		.multi_queue = netlink_u8(&data[IFLA_TUN_MULTI_QUEUE], 0) != 0,
		.vnet_header = netlink_u8(&data[IFLA_TUN_VNET_HDR], 0) != 0,
	};
}

static void read_macvtap(struct net_link *link, attributes data)
{
	link->macvtap_mode = netlink_u32(&data[IFLA_MACVLAN_MODE], NET_MACVTAP_VEPA);
}

static void read_vlan(struct net_link *link, attributes data)
{
	link->vlan_id = netlink_u16(&data[IFLA_VLAN_ID], 0);
}

static const struct {
	const char *type;
	enum net_kind kind;
	void (*read)(struct net_link *link, attributes data);
} kinds[] = {
	{ "bridge", NET_BRIDGE, read_bridge },    { "tun", NET_TAP, read_tap },
	{ "macvtap", NET_MACVTAP, read_macvtap }, { "vlan", NET_VLAN, read_vlan },
	{ "wireguard", NET_WIREGUARD, NULL },
};

static void read_port(struct net_link *link, attributes info)
{
	struct netlink_attribute port[IFLA_BRPORT_ISOLATED + 1];
	char kind[NET_WORD_SIZE];
	const struct netlink_attribute *data = &info[IFLA_INFO_SLAVE_DATA];

	netlink_text(&info[IFLA_INFO_SLAVE_KIND], kind, sizeof(kind));
	if (strcmp(kind, "bridge") ||
	    !netlink_read(data->data, data->length, 0, port, ARRAY_SIZE(port)))
		return;
	link->port.isolated = netlink_u8(&port[IFLA_BRPORT_ISOLATED], 0) != 0;
	link->port.hairpin = netlink_u8(&port[IFLA_BRPORT_MODE], 0) != 0;
}

/* IFLA_LINKINFO: the kind's name, and attributes of its own. */
static void read_info(struct net_link *link, attributes table)
{
	struct netlink_attribute info[IFLA_INFO_SLAVE_DATA + 1], data[64];
	const struct netlink_attribute *nested = &table[IFLA_LINKINFO];

	if (!nested->data ||
	    !netlink_read(nested->data, nested->length, 0, info, ARRAY_SIZE(info)))
		return;
	netlink_text(&info[IFLA_INFO_KIND], link->type, sizeof(link->type));
	read_port(link, info);
	nested = &info[IFLA_INFO_DATA];
	netlink_read(nested->data, nested->length, 0, data, ARRAY_SIZE(data));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].type, link->type))
			continue;
		link->kind = kinds[i].kind;
		if (kinds[i].read)
			kinds[i].read(link, data);
	}
}

static bool read_table(const struct netlink_message *message, struct ifinfomsg *fixed,
		       struct netlink_attribute *table, size_t count)
{
	if (message->type != RTM_NEWLINK ||
	    !netlink_read(message->data, message->length, sizeof(*fixed), table, count))
		return false;
	memcpy(fixed, message->data, sizeof(*fixed));
	return true;
}

void net_read_link(struct net *net, const struct netlink_message *message)
{
	struct netlink_attribute table[IFLA_PERM_ADDRESS + 1];
	struct ifinfomsg fixed;
	struct net_link link = { .tap = { .owner = -1, .group = -1 } };

	if (!read_table(message, &fixed, table, ARRAY_SIZE(table)))
		return;
	link.index = fixed.ifi_index;
	link.up = fixed.ifi_flags & IFF_UP;
	link.loopback = fixed.ifi_flags & IFF_LOOPBACK;
	link.carrier = fixed.ifi_flags & LOWER_UP;
	netlink_text(&table[IFLA_IFNAME], link.name, sizeof(link.name));
	netlink_text(&table[IFLA_IFALIAS], link.alias, sizeof(link.alias));
	link.mtu = netlink_u32(&table[IFLA_MTU], 0);
	link.has_mac = netlink_bytes(&table[IFLA_ADDRESS], link.mac, sizeof(link.mac));
	link.has_perm_mac = netlink_bytes(&table[IFLA_PERM_ADDRESS], link.perm_mac,
					  sizeof(link.perm_mac));
	read_info(&link, table);
	if (*link.name)
		net_add_link(net, &link);
}

/* A link whose other end is in another network namespace has an index that means nothing
 * here. */
static void name_of(const struct net *net, const struct netlink_attribute *index,
		    char name[NET_NAME_SIZE])
{
	const struct net_link *link = net_find_index(net, netlink_u32(index, 0));

	if (link)
		memcpy(name, link->name, NET_NAME_SIZE);
}

void net_read_relations(struct net *net, const struct netlink_message *message)
{
	struct netlink_attribute table[IFLA_LINK_NETNSID + 1];
	struct ifinfomsg fixed;
	struct net_link *link;

	if (!read_table(message, &fixed, table, ARRAY_SIZE(table)))
		return;
	link = net_find_index(net, fixed.ifi_index);
	if (!link)
		return;
	name_of(net, &table[IFLA_MASTER], link->master);
	if (!table[IFLA_LINK_NETNSID].data)
		name_of(net, &table[IFLA_LINK], link->parent);
}

bool net_read_has_vlans(const struct net_bridge *bridge)
{
	return bridge->vlan_filtering || bridge->no_default_vlan;
}

static bool is_in_vlans(const struct net *net, const struct net_link *link)
{
	if (*link->master)
		link = net_find_link(net, link->master);
	return link && net_read_has_vlans(&link->bridge);
}

/* IFLA_AF_SPEC of the family AF_BRIDGE: one attribute a VLAN. */
void net_read_vlans(struct net *net, const struct netlink_message *message)
{
	struct netlink_attribute table[IFLA_AF_SPEC + 1], attribute;
	struct bridge_vlan_info info;
	struct ifinfomsg fixed;
	const struct net_link *link;
	size_t offset = 0;
	uint16_t type;

	if (!read_table(message, &fixed, table, ARRAY_SIZE(table)))
		return;
	link = net_find_index(net, fixed.ifi_index);
	if (!link || !is_in_vlans(net, link))
		return;
	while (netlink_next_attribute(table[IFLA_AF_SPEC].data,
				      table[IFLA_AF_SPEC].length, &offset, &type,
				      &attribute)) {
		struct net_vlan vlan = { .id = 0 };

		if (type != IFLA_BRIDGE_VLAN_INFO ||
		    !netlink_bytes(&attribute, &info, sizeof(info)))
			continue;
		memcpy(vlan.link, link->name, sizeof(vlan.link));
		vlan.id = info.vid;
		vlan.pvid = info.flags & BRIDGE_VLAN_INFO_PVID;
		vlan.untagged = info.flags & BRIDGE_VLAN_INFO_UNTAGGED;
		net_add_vlan(net, &vlan);
	}
}
