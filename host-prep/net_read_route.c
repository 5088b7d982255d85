/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_read_route.c: reads addresses and routes out of netlink's messages. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "host-prep/net_private.h"
#include "lib/cleanup.h"
#include "lib/value/net.h"

enum { TICKS_PER_SECOND = 100 /* USER_HZ, in which the kernel tells times */ };

static bool read_bytes(const struct netlink_attribute *attribute, int family,
		       uint8_t bytes[16])
{
	return netlink_bytes(attribute, bytes, ip_size(family));
}

/* ---- addresses ---- */

/* IFA_LOCAL is ours where it stands, and IFA_ADDRESS then the other end of a line; for
 * IPv4 without one they are the same. */
static bool read_ends(struct net_address *address, const struct netlink_attribute *table)
{
	uint8_t other[16] = { 0 };
	bool has_local = read_bytes(&table[IFA_LOCAL], address->family, address->bytes);

	if (!has_local)
		return read_bytes(&table[IFA_ADDRESS], address->family, address->bytes);
	if (read_bytes(&table[IFA_ADDRESS], address->family, other) &&
	    memcmp(other, address->bytes, sizeof(other))) {
		address->has_peer = true;
		memcpy(address->peer, other, sizeof(other));
	}
	return true;
}

void net_read_address(struct net *net, const struct netlink_message *message)
{
	const unsigned settable = IFA_F_NOPREFIXROUTE | IFA_F_MANAGETEMPADDR |
				  IFA_F_HOMEADDRESS | IFA_F_MCAUTOJOIN | IFA_F_NODAD;
	struct netlink_attribute table[IFA_RT_PRIORITY + 1];
	struct ifa_cacheinfo times = { .ifa_valid = NET_FOREVER,
				       .ifa_prefered = NET_FOREVER };
	struct net_address address = { .family = 0 };
	const struct net_link *link;
	struct ifaddrmsg fixed;
	unsigned flags;

	if (message->type != RTM_NEWADDR ||
	    !netlink_read(message->data, message->length, sizeof(fixed), table,
			  ARRAY_SIZE(table)))
		return;
	memcpy(&fixed, message->data, sizeof(fixed));
	link = net_find_index(net, fixed.ifa_index);
	address.family = fixed.ifa_family;
	if (!link || !ip_size(address.family) || !read_ends(&address, table))
		return;
	memcpy(address.link, link->name, sizeof(address.link));
	address.prefix = fixed.ifa_prefixlen;
	address.scope = fixed.ifa_scope;
	flags = netlink_u32(&table[IFA_FLAGS], fixed.ifa_flags);
	address.flags = flags & settable;
	address.secondary = address.family == AF_INET && flags & IFA_F_SECONDARY;
	address.tentative = address.family == AF_INET6 && flags & IFA_F_TENTATIVE;
	address.dad_failed = address.family == AF_INET6 && flags & IFA_F_DADFAILED;
	address.metric = netlink_u32(&table[IFA_RT_PRIORITY], 0);
	address.has_broadcast =
		netlink_bytes(&table[IFA_BROADCAST], address.broadcast, 4);
	netlink_bytes(&table[IFA_CACHEINFO], &times, sizeof(times));
	address.valid_s = times.ifa_valid;
	address.preferred_s = times.ifa_prefered;
	address.created_cs = times.cstamp;
	net_add_address(net, &address);
}

/* ---- routes ---- */

static bool same_network(const uint8_t *a, const uint8_t *b, unsigned prefix)
{
	unsigned bits = prefix % 8;

	return !memcmp(a, b, prefix / 8) &&
	       (!bits || !((a[prefix / 8] ^ b[prefix / 8]) >> (8 - bits)));
}

static bool is_for_address(const struct net_route *route,
			   const struct net_address *address)
{
	return !strcmp(address->link, route->link) && address->family == route->family &&
	       address->prefix == route->prefix &&
	       !(address->flags & IFA_F_NOPREFIXROUTE) &&
	       same_network(address->has_peer ? address->peer : address->bytes, route->to,
			    route->prefix);
}

/* What appears and goes with an address. NetworkManager gives its own routes the kernel's
 * name (for addresses with noprefixroute): these are routes like others. */
static bool is_of_kernel(const struct net *net, const struct net_route *route)
{
	const bool is_link_local = route->family == AF_INET6 && route->to[0] == 0xfe &&
				   (route->to[1] & 0xc0) == 0x80;

	if (route->protocol != RTPROT_KERNEL)
		return false;
	if (route->type != RTN_UNICAST || is_link_local ||
	    (route->family == AF_INET6 && route->to[0] == 0xff))
		return true;
	for (size_t i = 0; i < net->address_count; i++)
		if (is_for_address(route, &net->addresses[i]))
			return true;
	return false;
}

static void read_gateway(struct net_route *route, const struct netlink_attribute *table)
{
	const struct netlink_attribute *via = &table[RTA_VIA];
	uint16_t family;

	route->has_via = read_bytes(&table[RTA_GATEWAY], route->family, route->via);
	if (route->has_via || !via->data || via->length < sizeof(family))
		return;
	/* struct rtvia: an address of another family than the route's. */
	memcpy(&family, via->data, sizeof(family));
	if (!ip_size(family) || via->length != sizeof(family) + ip_size(family))
		return;
	route->has_via = true;
	route->via_family = family;
	memcpy(route->via, via->data + sizeof(family), ip_size(family));
}

static void read_metrics(struct net_route *route, const struct netlink_attribute *nested)
{
	struct netlink_attribute table[RTAX_ADVMSS + 1];

	if (!nested->data ||
	    !netlink_read(nested->data, nested->length, 0, table, ARRAY_SIZE(table)))
		return;
	route->mtu = netlink_u32(&table[RTAX_MTU], 0);
	route->advmss = netlink_u32(&table[RTAX_ADVMSS], 0);
}

static void add_for_link(struct net *net, struct net_route *route, int index)
{
	const struct net_link *link = net_find_index(net, index);

	memset(route->link, 0, sizeof(route->link));
	if (link)
		memcpy(route->link, link->name, sizeof(route->link));
	if (!is_of_kernel(net, route))
		net_add_route(net, route);
}

/* One route that takes several ways stands in the list once for each link. */
static void add_for_hops(struct net *net, struct net_route *route,
			 const struct netlink_attribute *hops)
{
	struct rtnexthop hop;

	route->complex = true;
	for (size_t at = 0; at + sizeof(hop) <= hops->length;
	     at += RTNH_ALIGN(hop.rtnh_len)) {
		memcpy(&hop, hops->data + at, sizeof(hop));
		if (hop.rtnh_len < sizeof(hop))
			break;
		add_for_link(net, route, hop.rtnh_ifindex);
	}
}

static void read_fixed(struct net_route *route, const struct rtmsg *fixed)
{
	route->family = fixed->rtm_family;
	route->type = fixed->rtm_type;
	route->prefix = fixed->rtm_dst_len;
	route->tos = fixed->rtm_tos;
	route->protocol = fixed->rtm_protocol;
	route->scope = fixed->rtm_scope;
	route->onlink = fixed->rtm_flags & RTNH_F_ONLINK;
}

static bool is_route_to_read(const struct netlink_message *message,
			     const struct rtmsg *fixed)
{
	return message->type == RTM_NEWROUTE && ip_size(fixed->rtm_family) &&
	       !(fixed->rtm_flags & RTM_F_CLONED) &&
	       fixed->rtm_protocol != RTPROT_REDIRECT;
}

void net_read_route(struct net *net, const struct netlink_message *message)
{
	struct netlink_attribute table[RTA_NH_ID + 1];
	struct rta_cacheinfo times = { .rta_expires = 0 };
	struct net_route route = { .family = 0 };
	struct rtmsg fixed;

	if (!netlink_read(message->data, message->length, sizeof(fixed), table,
			  ARRAY_SIZE(table)))
		return;
	memcpy(&fixed, message->data, sizeof(fixed));
	if (!is_route_to_read(message, &fixed))
		return;
	read_fixed(&route, &fixed);
	read_bytes(&table[RTA_DST], route.family, route.to);
	read_gateway(&route, table);
	read_metrics(&route, &table[RTA_METRICS]);
	route.has_source = read_bytes(&table[RTA_PREFSRC], route.family, route.source);
	route.table = netlink_u32(&table[RTA_TABLE], fixed.rtm_table);
	route.metric = netlink_u32(&table[RTA_PRIORITY], 0);
	route.complex =
		table[RTA_ENCAP].data || table[RTA_NH_ID].data || table[RTA_SRC].data;
	netlink_bytes(&table[RTA_CACHEINFO], &times, sizeof(times));
	if (times.rta_expires > 0)
		route.expires_s = times.rta_expires / TICKS_PER_SECOND;
	if (table[RTA_MULTIPATH].data)
		add_for_hops(net, &route, &table[RTA_MULTIPATH]);
	else
		add_for_link(net, &route, netlink_u32(&table[RTA_OIF], 0));
}
