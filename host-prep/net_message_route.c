/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_message_route.c: the netlink requests about addresses and routes. */
#include <string.h>
#include <sys/socket.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "host-prep/net_message.h"
#include "lib/value/net.h"

enum { RA_METRIC = 2048 /* behind the kernel's 1024 */ };

static void add_flags(struct netlink_batch *batch, const struct net_address *address,
		      bool is_unique)
{
	unsigned flags = address->flags;

	if (is_unique && address->family == AF_INET6)
		flags |= IFA_F_NODAD;
	if (flags)
		netlink_add_u32(batch, IFA_FLAGS, flags);
}

/* An address that was to end ends on its new link too. */
static void add_times(struct netlink_batch *batch, const struct net_address *address)
{
	const struct ifa_cacheinfo times = { .ifa_valid = address->valid_s,
					     .ifa_prefered = address->preferred_s };

	if (address->valid_s != NET_FOREVER && address->valid_s)
		netlink_add(batch, IFA_CACHEINFO, &times, sizeof(times));
}

void net_message_address(struct netlink_batch *batch, int index,
			 const struct net_address *address, bool add, bool is_unique,
			 const void *tag)
{
	const struct ifaddrmsg fixed = { .ifa_family = address->family,
					 .ifa_prefixlen = address->prefix,
					 .ifa_scope = address->scope,
					 .ifa_index = index };
	size_t size = ip_size(address->family);

	netlink_begin(batch, add ? RTM_NEWADDR : RTM_DELADDR,
		      add ? NLM_F_CREATE | NLM_F_REPLACE : 0, &fixed, sizeof(fixed), tag);
	netlink_add(batch, IFA_LOCAL, address->bytes, size);
	netlink_add(batch, IFA_ADDRESS,
		    address->has_peer ? address->peer : address->bytes, size);
	if (!add)
		return;
	if (address->has_broadcast)
		netlink_add(batch, IFA_BROADCAST, address->broadcast, 4);
	if (address->metric)
		netlink_add_u32(batch, IFA_RT_PRIORITY, address->metric);
	add_flags(batch, address, is_unique);
	add_times(batch, address);
}

static void add_gateway(struct netlink_batch *batch, const struct net_route *route)
{
	int family = route->via_family ? route->via_family : route->family;
	uint16_t word = family;
	uint8_t via[sizeof(word) + 16];

	if (!route->has_via)
		return;
	if (family == route->family) {
		netlink_add(batch, RTA_GATEWAY, route->via, ip_size(family));
		return;
	}
	memcpy(via, &word, sizeof(word));
	memcpy(via + sizeof(word), route->via, ip_size(family));
	netlink_add(batch, RTA_VIA, via, sizeof(word) + ip_size(family));
}

static void add_metrics(struct netlink_batch *batch, const struct net_route *route)
{
	if (!route->mtu && !route->advmss)
		return;
	netlink_nest(batch, RTA_METRICS);
	if (route->mtu)
		netlink_add_u32(batch, RTAX_MTU, route->mtu);
	if (route->advmss)
		netlink_add_u32(batch, RTAX_ADVMSS, route->advmss);
	netlink_nest_end(batch);
}

/* To take a route away the kernel compares what is given: scope "nowhere" and protocol 0
 * are any. To add one, a destination without a gateway is on the link. */
static struct rtmsg fixed_part(const struct net_route *route, bool add)
{
	struct rtmsg fixed = { .rtm_family = route->family,
			       .rtm_dst_len = route->prefix,
			       .rtm_tos = route->tos,
			       .rtm_table = RT_TABLE_UNSPEC,
			       .rtm_type = route->type ? route->type : RTN_UNICAST,
			       .rtm_scope = RT_SCOPE_NOWHERE };

	if (!add)
		return fixed;
	fixed.rtm_protocol = route->protocol ? route->protocol : RTPROT_STATIC;
	fixed.rtm_scope = route->scope;
	if (!route->scope && !route->has_via && route->family == AF_INET)
		fixed.rtm_scope = RT_SCOPE_LINK;
	fixed.rtm_flags = route->onlink ? RTNH_F_ONLINK : 0;
	return fixed;
}

/* The kernel makes a route of its own on the new link when the next router advertisement comes,
 * which is soon: a link that goes up asks for one. Ours bridges that over. With the same
 * metric the two would become one that goes two ways, and would not end. */
static unsigned metric_to_add(const struct net_route *route)
{
	return route->protocol == RTPROT_RA ? RA_METRIC : route->metric;
}

/* For IPv6 "exclusive" would take a route by another link for the same, which a host with two
 * uplinks has; one that is the same in all is refused without it. */
static uint16_t flags_to_add(const struct net_route *route)
{
	return route->family == AF_INET6 ? NLM_F_CREATE : NLM_F_CREATE | NLM_F_EXCL;
}

void net_message_route(struct netlink_batch *batch, int index,
		       const struct net_route *route, bool add, const void *tag)
{
	const struct rtmsg fixed = fixed_part(route, add);
	size_t size = ip_size(route->family);
	unsigned metric;

	netlink_begin(batch, add ? RTM_NEWROUTE : RTM_DELROUTE,
		      add ? flags_to_add(route) : 0, &fixed, sizeof(fixed), tag);
	netlink_add_u32(batch, RTA_TABLE, route->table ? route->table : RT_TABLE_MAIN);
	if (route->prefix)
		netlink_add(batch, RTA_DST, route->to, size);
	netlink_add_u32(batch, RTA_OIF, index);
	add_gateway(batch, route);
	metric = add ? metric_to_add(route) : route->metric;
	if (metric)
		netlink_add_u32(batch, RTA_PRIORITY, metric);
	if (route->has_source)
		netlink_add(batch, RTA_PREFSRC, route->source, size);
	if (!add)
		return;
	add_metrics(batch, route);
	if (route->expires_s && route->family == AF_INET6)
		netlink_add_u32(batch, RTA_EXPIRES, route->expires_s);
}
