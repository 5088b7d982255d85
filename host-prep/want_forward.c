/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_forward.c: which interfaces forward, and by which the networks get out. */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/want_net_ip.h"

/* A bridge of a public network may be the way out, too. */
static bool is_inner(const struct want *want, const char *name)
{
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		if (strcmp(network->bridge, name) == 0)
			return network->data->network.mode != network_network_mode_public;
		if (strcmp(network->vpn, name) == 0)
			return true;
	}
	return false;
}

bool want_uplinks(const struct want *want, const struct want_network *network,
		  const struct net *net, void (*found)(const char *link, void *data),
		  void *data)
{
	const struct network_nat *nat = &network->data->nat;
	bool any = false, all = true;

	for (size_t i = 0; i < nat->out.count; i++) {
		if (net_find_link(net, nat->out.items[i]))
			found(nat->out.items[i], data);
		else
			all = false;
	}
	if (nat->out.count)
		return all;
	for (size_t i = 0; i < net->route_count; i++) {
		const struct net_route *route = &net->routes[i];

		if (route->prefix || !*route->link || is_inner(want, route->link) ||
		    (route->type && route->type != RTN_UNICAST))
			continue;
		found(route->link, data);
		any = true;
	}
	return any;
}

struct forwarding {
	struct net *net;
	const char *origin;
	bool ipv6;
};

static void forward_on(const char *link, void *data)
{
	struct forwarding *forwarding = data;
	char path[NET_PATH_SIZE];

	snprintf(path, sizeof(path), "net/ipv4/conf/%s/forwarding", link);
	net_set_sysctl(forwarding->net, path, "1", forwarding->origin);
}

/* Whoever forwards IPv6 does not listen to routers unless it is told to with 2; see
 * Documentation/networking/ip-sysctl.rst, accept_ra. */
static void keep_advertised(const struct want *want, struct net *net, const char *origin)
{
	char path[NET_PATH_SIZE];

	for (size_t i = 0; i < net->route_count; i++) {
		const struct net_route *route = &net->routes[i];

		if (route->family != AF_INET6 || route->protocol != RTPROT_RA ||
		    !*route->link || is_inner(want, route->link))
			continue;
		snprintf(path, sizeof(path), "net/ipv6/conf/%s/accept_ra", route->link);
		net_set_sysctl(net, path, "2", origin);
	}
}

static bool has_ipv6(const struct want_network *network)
{
	const struct network_conf *data = network->data;

	for (size_t i = 0; i < data->address.count; i++)
		if (data->address.items[i].address.address.family == AF_INET6)
			return true;
	for (size_t i = 0; i < data->wireguard.address.count; i++)
		if (data->wireguard.address.items[i].address.family == AF_INET6)
			return true;
	return false;
}

/* Between whom packets go through the host. */
static bool is_router(const struct want_network *network)
{
	return network->data->network.mode == network_network_mode_nat || *network->vpn ||
	       network->data->firewall.reach.count;
}

static void forward_network(const struct want *want, const struct want_network *network,
			    struct net *net)
{
	char origin[ORIGIN_MAX];
	struct forwarding forwarding = { net, origin, has_ipv6(network) };

	want_origin(network, "Network", "Mode", 0, origin);
	if (*network->bridge)
		forward_on(network->bridge, &forwarding);
	if (*network->vpn)
		forward_on(network->vpn, &forwarding);
	if (network->data->network.mode == network_network_mode_nat &&
	    !want_uplinks(want, network, net, forward_on, &forwarding))
		net_set_sysctl(net, "net/ipv4/ip_forward", "1", origin);
	if (!forwarding.ipv6)
		return;
	keep_advertised(want, net, origin);
	net_set_sysctl(net, "net/ipv6/conf/all/forwarding", "1", origin);
}

static void forward_reached(const struct want *want, const struct want_network *from,
			    char *const *names, size_t count, struct net *net)
{
	struct forwarding forwarding = { net, from->origin, false };

	for (size_t i = 0; i < count; i++) {
		const struct want_network *network = want_find(want, names[i]);

		if (network && *network->bridge)
			forward_on(network->bridge, &forwarding);
	}
}

void want_forwarding(const struct want *want, struct net *net)
{
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];
		const struct network_conf *data = network->data;

		if (is_router(network))
			forward_network(want, network, net);
		forward_reached(want, network, data->firewall.reach.items,
				data->firewall.reach.count, net);
		forward_reached(want, network, data->wireguard.networks.items,
				data->wireguard.networks.count, net);
	}
}
