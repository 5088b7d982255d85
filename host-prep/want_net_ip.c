/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_net_ip.c: the wanted addresses and routes. */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/want_net_ip.h"

/* ---- what was there ---- */

/* The same but for the interface, which changes when a port's addresses move. */
static bool is_taken_address(const struct net *took, const struct net_address *address)
{
	for (size_t i = 0; took && i < took->address_count; i++) {
		struct net_address other = took->addresses[i];

		memcpy(other.link, address->link, sizeof(other.link));
		if (net_same_address(&other, address))
			return true;
	}
	return false;
}

static bool is_taken_route(const struct net *took, const struct net_route *route)
{
	for (size_t i = 0; took && i < took->route_count; i++) {
		struct net_route other = took->routes[i];

		memcpy(other.link, route->link, sizeof(other.link));
		if (net_same_route(&other, route))
			return true;
	}
	return false;
}

/* Of IPv4 the kernel takes one route for a destination, table, metric and type of service. */
static bool has_place_of(const struct net_route *there, const struct net_route *route)
{
	struct net_route other = *there;

	if (route->family != AF_INET)
		return false;
	other.has_via = route->has_via;
	other.via_family = route->via_family;
	memcpy(other.via, route->via, sizeof(other.via));
	other.has_source = route->has_source;
	memcpy(other.source, route->source, sizeof(other.source));
	other.onlink = route->onlink;
	other.mtu = route->mtu;
	other.advmss = route->advmss;
	return net_same_route(&other, route);
}

/* The route that a port brought with it and that a file's has taken the place of. */
static const struct net_route *displaced(const struct net *took,
					 const struct net_route *route)
{
	for (size_t i = 0; i < took->route_count; i++) {
		struct net_route other = took->routes[i];

		memcpy(other.link, route->link, sizeof(other.link));
		if (has_place_of(&other, route))
			return &took->routes[i];
	}
	return NULL;
}

/* An interface whose addresses are the files' business: one that is ours. */
static bool is_own(const struct want *want, const struct net *net, const char *name)
{
	const struct net_link *link = net_find_link(net, name);

	return link && net_is_ours(link) && want_has_link(want, name);
}

/* Whether the network's file has the interface's addresses come by DHCP. */
static bool has_client(const struct want_network *network, const char *link, int family)
{
	for (size_t i = 0; i < network->data->address.count; i++) {
		const struct network_address *row = &network->data->address.items[i];
		bool meant =
			row->dhcp == network_address_dhcp_yes ||
			(row->dhcp == network_address_dhcp_ipv4 && family == AF_INET) ||
			(row->dhcp == network_address_dhcp_ipv6 && family == AF_INET6);

		if (meant &&
		    !strcmp(*row->interface ? row->interface : network->bridge, link))
			return true;
	}
	return false;
}

/* The DHCP client's. Most have an end; networkd's have none as long as it is to keep them
 * (KeepConfiguration=), but a metric, which no address of the files' has. */
static bool is_leased(const struct want *want, const struct net_address *address)
{
	bool any = false;

	if (address->valid_s != NET_FOREVER)
		return true;
	for (size_t i = 0; i < want->count; i++)
		any |= has_client(&want->items[i], address->link, address->family);
	return any && address->metric;
}

void want_drop_stale(const struct want *want, const struct net *took, struct net *net)
{
	/* Whose an address is that nobody wrote down nobody knows: it may be the one by
	 * which somebody is logged in. */
	if (!took)
		return;
	for (size_t i = net->address_count; i-- > 0;) {
		const struct net_address *address = &net->addresses[i];

		if (is_own(want, net, address->link) && !is_leased(want, address) &&
		    !net_is_link_local(address) && !is_taken_address(took, address))
			net_remove_address(net, i);
	}
	for (size_t i = net->route_count; i-- > 0;) {
		struct net_route *route = &net->routes[i], before = *route;
		const struct net_route *own = displaced(took, route);

		if (!is_own(want, net, route->link) || route->complex ||
		    route->protocol != RTPROT_STATIC || is_taken_route(took, route))
			continue;
		if (!own) {
			net_remove_route(net, i);
			continue;
		}
		*route = *own;
		memcpy(route->link, before.link, sizeof(route->link));
	}
}

/* As the port had it, whatever stands in its place on the bridge. */
static void return_route(const struct net *took, const char *port, const struct net *net,
			 struct net_route *route)
{
	const struct net_link *link = net_find_link(net, route->link);

	for (size_t i = 0; i < took->route_count; i++) {
		struct net_route other = took->routes[i];

		if (strcmp(other.link, port) != 0)
			continue;
		memcpy(other.link, route->link, sizeof(other.link));
		if (!net_same_route(&other, route) &&
		    !(link && net_is_ours(link) && has_place_of(&other, route)))
			continue;
		*route = took->routes[i];
		return;
	}
}

void want_return_taken(const struct net *took, const char *port, struct net *net)
{
	for (size_t i = net->address_count; i-- > 0;)
		for (size_t j = 0; j < took->address_count; j++) {
			struct net_address other = took->addresses[j];

			if (strcmp(other.link, port) != 0)
				continue;
			memcpy(other.link, net->addresses[i].link, sizeof(other.link));
			if (!net_same_address(&other, &net->addresses[i]))
				continue;
			memcpy(net->addresses[i].link, took->addresses[j].link,
			       sizeof(other.link));
			break;
		}
	for (size_t i = net->route_count; i-- > 0;)
		return_route(took, port, net, &net->routes[i]);
}

static bool has_ipv6_address(const struct net *net, const char *link)
{
	for (size_t i = 0; i < net->address_count; i++)
		if (net->addresses[i].family == AF_INET6 &&
		    !strcmp(net->addresses[i].link, link))
			return true;
	return false;
}

void want_return_ipv6(const struct net *took, const char *port, const char *bridge,
		      struct net *net)
{
	if (!*bridge || has_ipv6_address(net, bridge) || has_ipv6_address(net, port))
		return;
	for (size_t i = 0; i < took->address_count; i++) {
		const struct net_address *address = &took->addresses[i];

		if (address->family == AF_INET6 && !strcmp(address->link, port) &&
		    address->valid_s == NET_FOREVER)
			net_add_address(net, address);
	}
	for (size_t i = 0; i < took->route_count; i++) {
		const struct net_route *route = &took->routes[i];

		if (route->family == AF_INET6 && !strcmp(route->link, port) &&
		    !route->expires_s && route->protocol != RTPROT_RA)
			net_add_route(net, route);
	}
}

/* ---- what cannot be ---- */

static bool covers(int family, const uint8_t *bytes, unsigned length,
		   const struct ip_address *router)
{
	struct ip_prefix prefix = { .address.family = family, .length = length };

	memcpy(prefix.address.bytes, bytes, family == AF_INET6 ? 16 : 4);
	return family == router->family && ip_prefix_has(&prefix, router);
}

static bool reaches_router(const struct net *net, const struct net_route *route)
{
	struct ip_address router = { .family = route->via_family ? route->via_family
								 : route->family };
	const struct net_address local = { .family = router.family,
					   .bytes = { route->via[0], route->via[1] } };
	bool found = net_is_link_local(&local);

	memcpy(router.bytes, route->via, router.family == AF_INET6 ? 16 : 4);
	for (size_t i = 0; i < net->address_count; i++) {
		const struct net_address *own = &net->addresses[i];

		found |= !strcmp(own->link, route->link) &&
			 covers(own->family, own->has_peer ? own->peer : own->bytes,
				own->prefix, &router);
	}
	for (size_t i = 0; i < net->route_count; i++) {
		const struct net_route *other = &net->routes[i];

		found |= !strcmp(other->link, route->link) && !other->has_via &&
			 covers(other->family, other->to, other->prefix, &router);
	}
	return found;
}

void want_drop_dead(const struct net *have, struct net *net)
{
	for (size_t i = net->route_count; i-- > 0;) {
		const struct net_route *route = &net->routes[i];

		if (route->has_via && !route->onlink && !route->complex &&
		    !*route->origin && !net_has_route(have, route) &&
		    !reaches_router(net, route))
			net_remove_route(net, i);
	}
}

/* ---- what is wanted ---- */

static void add_address(struct net *net, const char *link, const struct ip_prefix *prefix,
			const char *origin)
{
	struct ip_address last = ip_prefix_last(prefix);
	struct net_address address = { .family = prefix->address.family,
				       .prefix = prefix->length,
				       .valid_s = NET_FOREVER,
				       .preferred_s = NET_FOREVER };

	memcpy(address.bytes, prefix->address.bytes, 16);
	address.has_broadcast = address.family == AF_INET && prefix->length < 31;
	if (address.has_broadcast)
		memcpy(address.broadcast, last.bytes, 4);
	snprintf(address.link, sizeof(address.link), "%s", link);
	snprintf(address.origin, sizeof(address.origin), "%s", origin);
	/* One that a port brought with it, or that is there: as it is. */
	for (size_t i = 0; i < net->address_count; i++) {
		struct net_address *other = &net->addresses[i];

		if (strcmp(other->link, link) != 0 || other->family != address.family ||
		    other->prefix != address.prefix || other->has_peer ||
		    memcmp(other->bytes, address.bytes, 16) != 0)
			continue;
		memcpy(other->origin, address.origin, sizeof(other->origin));
		/* Nobody renews the lease of one that moved. */
		other->valid_s = other->preferred_s = NET_FOREVER;
		return;
	}
	net_add_address(net, &address);
}

/* One that a port brought with it gives way to what the file says. */
static void add_route(struct net *net, struct net_route *route, const char *link,
		      const struct ip_prefix *to, const char *origin)
{
	route->family = to->address.family ? to->address.family : route->via_family;
	route->prefix = to->length;
	route->protocol = RTPROT_STATIC;
	memcpy(route->to, to->address.bytes, 16);
	snprintf(route->link, sizeof(route->link), "%s", link);
	snprintf(route->origin, sizeof(route->origin), "%s", origin);
	for (size_t i = net->route_count; i-- > 0;) {
		if (net_same_route(&net->routes[i], route)) {
			memcpy(net->routes[i].origin, route->origin,
			       sizeof(route->origin));
			return;
		}
		if (has_place_of(&net->routes[i], route))
			net_remove_route(net, i);
	}
	net_add_route(net, route);
}

static void add_routes(const struct want_network *network, struct net *net)
{
	char origin[ORIGIN_MAX];

	for (size_t i = 0; i < network->data->route.count; i++) {
		const struct network_route *row = &network->data->route.items[i];
		struct net_route route = { .metric = (unsigned)row->metric };

		route.table = row->table == RT_TABLE_MAIN ? 0 : (unsigned)row->table;
		route.has_via = row->via.family;
		route.via_family = row->via.family;
		memcpy(route.via, row->via.bytes, 16);
		want_origin(network, "Route", route.has_via ? "Via" : "To", i, origin);
		add_route(net, &route, *row->interface ? row->interface : network->bridge,
			  &row->to, origin);
	}
}

/* Peers' addresses that are not in the VPN's own network need a route. */
static void add_peer_routes(const struct want_network *network, struct net *net)
{
	const struct network_conf *data = network->data;
	char origin[ORIGIN_MAX];

	for (size_t i = 0; i < data->peer.count; i++) {
		for (size_t j = 0; j < data->peer.items[i].allowed_ips.count; j++) {
			const struct ip_prefix *to =
				&data->peer.items[i].allowed_ips.items[j];
			struct net_route route = { .scope = RT_SCOPE_LINK };
			bool own = !to->address.family || !to->length;

			for (size_t k = 0; k < data->wireguard.address.count; k++)
				own |= ip_prefix_has(&data->wireguard.address.items[k],
						     &to->address);
			want_origin(network, "Peer", "AllowedIPs", i, origin);
			if (!own)
				add_route(net, &route, network->vpn, to, origin);
		}
	}
}

void want_addresses(const struct want_network *network, struct net *net)
{
	const struct network_conf *data = network->data;
	char origin[ORIGIN_MAX];

	for (size_t i = 0; i < data->address.count; i++) {
		const struct network_address *row = &data->address.items[i];

		if (!row->address.address.family)
			continue;
		want_origin(network, "Address", "Address", i, origin);
		add_address(net, *row->interface ? row->interface : network->bridge,
			    &row->address, origin);
	}
	for (size_t i = 0; i < data->wireguard.address.count; i++) {
		want_origin(network, "WireGuard", "Address", 0, origin);
		add_address(net, network->vpn, &data->wireguard.address.items[i], origin);
	}
	add_routes(network, net);
	add_peer_routes(network, net);
}
