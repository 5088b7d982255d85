/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net.c: keeps the members of a struct net, and compares and moves them. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/net.h"
#include "lib/cleanup.h"
#include "lib/value/net.h"

enum { IPV6_METRIC = 1024 }; /* the kernel's IP6_RT_PRIO_USER */

/* What the adders return when there is no memory; nobody reads it. */
static union {
	struct net_link link;
	struct net_address address;
	struct net_route route;
	struct net_vlan vlan;
	struct net_sysctl sysctl;
} scratch;

void net_release(struct net *net)
{
	free(net->links);
	free(net->addresses);
	free(net->routes);
	free(net->vlans);
	free(net->sysctls);
	*net = (struct net)NET_INIT;
}

int net_check_memory(const struct net *net, struct err *err)
{
	return net->overflow ? err_sys(err, ENOMEM, "keeping the network's state") : 0;
}

/* Arrays have room for a power of two: it is doubled when the count is one. */
static void *append(struct net *net, void *array, size_t *count, const void *member,
		    size_t size)
{
	void **items = array;

	if (!(*count & (*count - 1))) {
		void *grown = realloc(*items, (*count ? 2 * *count : 1) * size);

		if (!grown) {
			net->overflow = true;
			return memcpy(&scratch, member, size);
		}
		*items = grown;
	}
	return memcpy((char *)*items + (*count)++ * size, member, size);
}

#define APPEND(net, array, count, member) \
	append(net, &(net)->array, &(net)->count, member, sizeof(*(member)))

struct net_link *net_add_link(struct net *net, const struct net_link *link)
{
	return APPEND(net, links, link_count, link);
}

struct net_address *net_add_address(struct net *net, const struct net_address *address)
{
	return APPEND(net, addresses, address_count, address);
}

struct net_route *net_add_route(struct net *net, const struct net_route *route)
{
	return APPEND(net, routes, route_count, route);
}

struct net_vlan *net_add_vlan(struct net *net, const struct net_vlan *vlan)
{
	return APPEND(net, vlans, vlan_count, vlan);
}

struct net_sysctl *net_set_sysctl(struct net *net, const char *path, const char *value,
				  const char *origin)
{
	struct net_sysctl sysctl = { .path = "" };

	snprintf(sysctl.path, sizeof(sysctl.path), "%s", path);
	snprintf(sysctl.value, sizeof(sysctl.value), "%s", value);
	snprintf(sysctl.origin, sizeof(sysctl.origin), "%s", origin ? origin : "");
	for (size_t i = 0; i < net->sysctl_count; i++) {
		if (!strcmp(net->sysctls[i].path, sysctl.path)) {
			net->sysctls[i] = sysctl;
			return &net->sysctls[i];
		}
	}
	return APPEND(net, sysctls, sysctl_count, &sysctl);
}

int net_copy(struct net *copy, const struct net *net, struct err *err)
{
	net_release(copy);
	for (size_t i = 0; i < net->link_count; i++)
		net_add_link(copy, &net->links[i]);
	for (size_t i = 0; i < net->address_count; i++)
		net_add_address(copy, &net->addresses[i]);
	for (size_t i = 0; i < net->route_count; i++)
		net_add_route(copy, &net->routes[i]);
	for (size_t i = 0; i < net->vlan_count; i++)
		net_add_vlan(copy, &net->vlans[i]);
	for (size_t i = 0; i < net->sysctl_count; i++)
		APPEND(copy, sysctls, sysctl_count, &net->sysctls[i]);
	return net_check_memory(copy, err);
}

struct net_link *net_find_link(const struct net *net, const char *name)
{
	for (size_t i = 0; i < net->link_count; i++)
		if (!strcmp(net->links[i].name, name))
			return &net->links[i];
	return NULL;
}

struct net_link *net_find_index(const struct net *net, int index)
{
	for (size_t i = 0; index && i < net->link_count; i++)
		if (net->links[i].index == index)
			return &net->links[i];
	return NULL;
}

const struct net_sysctl *net_find_sysctl(const struct net *net, const char *path)
{
	for (size_t i = 0; i < net->sysctl_count; i++)
		if (!strcmp(net->sysctls[i].path, path))
			return &net->sysctls[i];
	return NULL;
}

/* ---- taking out ---- */

static void cut(void *array, size_t *count, size_t number, size_t size)
{
	char *at = (char *)array + number * size;

	memmove(at, at + size, (--*count - number) * size);
}

void net_remove_address(struct net *net, size_t number)
{
	cut(net->addresses, &net->address_count, number, sizeof(*net->addresses));
}

void net_remove_route(struct net *net, size_t number)
{
	cut(net->routes, &net->route_count, number, sizeof(*net->routes));
}

/* "net/ipv4/conf/NAME/forwarding" */
static bool is_sysctl_of(const char *path, const char *name)
{
	for (int i = 0; i < 3; i++) {
		path = strchr(path, '/');
		if (!path)
			return false;
		path++;
	}
	return !strncmp(path, name, strlen(name)) && path[strlen(name)] == '/';
}

static void remove_what_stands_on(struct net *net, const char *name)
{
	for (size_t i = net->address_count; i-- > 0;)
		if (!strcmp(net->addresses[i].link, name))
			net_remove_address(net, i);
	for (size_t i = net->route_count; i-- > 0;)
		if (!strcmp(net->routes[i].link, name))
			net_remove_route(net, i);
	for (size_t i = net->vlan_count; i-- > 0;)
		if (!strcmp(net->vlans[i].link, name))
			cut(net->vlans, &net->vlan_count, i, sizeof(*net->vlans));
	for (size_t i = net->sysctl_count; i-- > 0;)
		if (is_sysctl_of(net->sysctls[i].path, name))
			cut(net->sysctls, &net->sysctl_count, i, sizeof(*net->sysctls));
}

void net_remove_link(struct net *net, const char *name)
{
	struct net_link *link = net_find_link(net, name);
	char gone[NET_NAME_SIZE];

	if (!link)
		return;
	/* `name` may lie in what is cut out. */
	memcpy(gone, link->name, sizeof(gone));
	cut(net->links, &net->link_count, link - net->links, sizeof(*link));
	remove_what_stands_on(net, gone);
	for (size_t i = 0; i < net->link_count; i++)
		if (!strcmp(net->links[i].master, gone))
			net->links[i].master[0] = '\0';
}

/* ---- moving ---- */

static int check_movable(const struct net *net, const char *from, struct err *err)
{
	char text[256];

	for (size_t i = 0; i < net->route_count; i++) {
		const struct net_route *route = &net->routes[i];

		if (strcmp(route->link, from) || !route->complex)
			continue;
		err_set(err, EOPNOTSUPP, "the route \"%s\" of %s cannot be moved",
			net_route_text(route, text, sizeof(text)), from);
		return err_hint(err, "it has several next hops or an encapsulation; "
				     "take it away first");
	}
	return 0;
}

int net_move(struct net *net, const char *from, const char *to, struct err *err)
{
	struct net_link *source = net_find_link(net, from), *target;
	int result = check_movable(net, from, err);

	target = net_find_link(net, to);
	if (result)
		return result;
	if (!source || !target)
		return err_set(err, ENODEV, "there is no link %s", source ? to : from);
	source->managed = target->managed = true;
	for (size_t i = 0; i < net->address_count; i++)
		if (!strcmp(net->addresses[i].link, from) &&
		    !net_is_link_local(&net->addresses[i]))
			memcpy(net->addresses[i].link, target->name, NET_NAME_SIZE);
	for (size_t i = 0; i < net->route_count; i++)
		if (!strcmp(net->routes[i].link, from))
			memcpy(net->routes[i].link, target->name, NET_NAME_SIZE);
	return 0;
}

/* ---- comparing ---- */

bool net_is_ours(const struct net_link *link)
{
	return !strncmp(link->alias, LINK_ALIAS_PREFIX, sizeof(LINK_ALIAS_PREFIX) - 1);
}

bool net_is_link_local(const struct net_address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

/* Seconds left differ from moment to moment; whether there is an end does not. */
static bool is_forever(const struct net_address *address)
{
	return address->valid_s == NET_FOREVER;
}

bool net_same_address(const struct net_address *a, const struct net_address *b)
{
	const unsigned compared = IFA_F_NOPREFIXROUTE | IFA_F_MANAGETEMPADDR;
	size_t size = ip_size(a->family);

	return !strcmp(a->link, b->link) && a->family == b->family &&
	       a->prefix == b->prefix && !memcmp(a->bytes, b->bytes, size) &&
	       a->has_peer == b->has_peer &&
	       (!a->has_peer || !memcmp(a->peer, b->peer, size)) &&
	       ((a->flags ^ b->flags) & compared) == 0 && a->metric == b->metric &&
	       is_forever(a) == is_forever(b);
}

static unsigned metric_of(const struct net_route *route)
{
	return !route->metric && route->family == AF_INET6 ? IPV6_METRIC : route->metric;
}

static bool same_optional(bool has_a, const uint8_t *a, bool has_b, const uint8_t *b,
			  size_t size)
{
	return has_a == has_b && (!has_a || !memcmp(a, b, size));
}

static int via_family(const struct net_route *route)
{
	return route->via_family ? route->via_family : route->family;
}

static unsigned or_default(unsigned value, unsigned otherwise)
{
	return value ? value : otherwise;
}

/* What the kernel takes for one and the same entry of a table. */
static bool same_entry(const struct net_route *a, const struct net_route *b)
{
	return a->family == b->family && a->prefix == b->prefix &&
	       !memcmp(a->to, b->to, ip_size(a->family)) &&
	       or_default(a->table, RT_TABLE_MAIN) ==
		       or_default(b->table, RT_TABLE_MAIN) &&
	       metric_of(a) == metric_of(b) && a->tos == b->tos;
}

bool net_same_route(const struct net_route *a, const struct net_route *b)
{
	return !strcmp(a->link, b->link) && same_entry(a, b) &&
	       or_default(a->type, RTN_UNICAST) == or_default(b->type, RTN_UNICAST) &&
	       (!a->has_via || via_family(a) == via_family(b)) &&
	       same_optional(a->has_via, a->via, b->has_via, b->via,
			     ip_size(via_family(a))) &&
	       same_optional(a->has_source, a->source, b->has_source, b->source,
			     ip_size(a->family)) &&
	       a->onlink == b->onlink && a->mtu == b->mtu && a->advmss == b->advmss &&
	       a->complex == b->complex;
}

bool net_has_address(const struct net *net, const struct net_address *address)
{
	for (size_t i = 0; i < net->address_count; i++)
		if (net_same_address(&net->addresses[i], address))
			return true;
	return false;
}

bool net_has_route(const struct net *net, const struct net_route *route)
{
	for (size_t i = 0; i < net->route_count; i++)
		if (net_same_route(&net->routes[i], route))
			return true;
	return false;
}
