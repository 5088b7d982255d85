/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_diff_address.c: compares addresses, routes, VLANs and sysctls with what is wanted. */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/net_step.h"
#include "lib/text_match.h"
#include "lib/value/net.h"

enum { TEXT_SIZE = 256 };

/* The step's link, for whoever has to know its kind: as wanted, else as it is. */
static struct net_link link_of(const struct net_compare *compare, const char *name)
{
	const struct net_link *link = net_find_link(compare->want, name);

	if (!link)
		link = net_find_link(compare->have, name);
	return link ? *link : (struct net_link){ .index = 0 };
}

/* ---- addresses ---- */

static bool same_number(const struct net_address *a, const struct net_address *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, ip_size(a->family));
}

/* The same number, on this link or on another one. */
static bool has_number(const struct net *net, const struct net_address *address,
		       bool on_same_link)
{
	for (size_t i = 0; i < net->address_count; i++)
		if (same_number(&net->addresses[i], address) &&
		    !strcmp(net->addresses[i].link, address->link) == on_same_link)
			return true;
	return false;
}

static bool in_one_subnet(const struct net_address *a, const struct net_address *b)
{
	unsigned whole = a->prefix / 8, rest = a->prefix % 8;

	return a->family == AF_INET && b->family == AF_INET && a->prefix == b->prefix &&
	       !strcmp(a->link, b->link) && !memcmp(a->bytes, b->bytes, whole) &&
	       (!rest || !((a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest)));
}

static void add_address_step(struct net_compare *compare, struct net_step *step,
			     enum step_action action, const char *before,
			     const char *after)
{
	char text[2 * NET_ADDRESS_TEXT], what[TEXT_SIZE];

	step->link = link_of(compare, step->address.link);
	snprintf(what, sizeof(what), "address %s on %s",
		 net_address_text(&step->address, text, sizeof(text)),
		 step->address.link);
	net_compare_add(compare, step, action, before, after, what);
}

static bool goes(const struct net_compare *compare, const struct net_address *had)
{
	return net_compare_covers(compare, had->link) && !net_is_link_local(had) &&
	       !net_has_address(compare->want, had);
}

/* A secondary address that stays goes with the primary one that does not, unless the kernel
 * is told otherwise (promote_secondaries in kernel Documentation/networking/ip-sysctl.rst):
 * it is added again. */
static bool loses_its_primary(const struct net_compare *compare,
			      const struct net_address *had)
{
	const struct net *have = compare->have;

	for (size_t i = 0; had->secondary && i < have->address_count; i++)
		if (!have->addresses[i].secondary &&
		    in_one_subnet(&have->addresses[i], had) &&
		    goes(compare, &have->addresses[i]))
			return true;
	return false;
}

static bool takes_a_secondary_along(const struct net_compare *compare,
				    const struct net_address *had)
{
	const struct net *have = compare->have;

	for (size_t i = 0; !had->secondary && i < have->address_count; i++)
		if (have->addresses[i].secondary &&
		    in_one_subnet(&have->addresses[i], had) &&
		    net_has_address(compare->want, &have->addresses[i]))
			return true;
	return false;
}

/* Addresses come before others go, so that what is bound to a number that moves never finds
 * it gone. But on one link a number cannot stand twice. */
void net_compare_addresses(struct net_compare *compare)
{
	const struct net *have = compare->have, *want = compare->want;

	for (size_t i = 0; i < have->address_count; i++) {
		struct net_step step = { .op = NET_REMOVE_ADDRESS,
					 .address = have->addresses[i] };

		if (!goes(compare, &step.address))
			continue;
		step.early = has_number(want, &step.address, true) ||
			     takes_a_secondary_along(compare, &step.address);
		add_address_step(compare, &step, STEP_REMOVE, NULL, NULL);
	}
	for (size_t i = 0; i < want->address_count; i++) {
		struct net_step step = { .op = NET_ADD_ADDRESS,
					 .address = want->addresses[i] };
		bool is_there = net_has_address(have, &step.address);

		if (!net_compare_covers(compare, step.address.link))
			continue;
		step.is_moved = has_number(have, &step.address, false);
		if (!is_there)
			add_address_step(compare, &step, STEP_ADD, NULL, NULL);
	}
	for (size_t i = 0; i < have->address_count; i++) {
		struct net_step step = { .op = NET_ADD_ADDRESS,
					 .address = have->addresses[i] };

		if (net_has_address(want, &step.address) &&
		    loses_its_primary(compare, &step.address))
			add_address_step(compare, &step, STEP_CHANGE, "secondary",
					 "primary");
	}
}

/* ---- routes ---- */

static void compare_routes(struct net_compare *compare, const struct net *from,
			   const struct net *other, enum net_op op,
			   enum step_action action)
{
	for (size_t i = 0; i < from->route_count; i++) {
		struct net_step step = { .op = op, .route = from->routes[i] };
		char text[TEXT_SIZE - 8], what[TEXT_SIZE];

		if (step.route.complex || net_has_route(other, &step.route) ||
		    !net_compare_covers(compare, step.route.link))
			continue;
		step.link = link_of(compare, step.route.link);
		snprintf(what, sizeof(what), "route %s",
			 net_route_text(&step.route, text, sizeof(text)));
		net_compare_add(compare, &step, action, NULL, NULL, what);
	}
}

void net_compare_routes(struct net_compare *compare)
{
	compare_routes(compare, compare->have, compare->want, NET_REMOVE_ROUTE,
		       STEP_REMOVE);
	compare_routes(compare, compare->want, compare->have, NET_ADD_ROUTE, STEP_ADD);
}

/* ---- VLANs ---- */

static bool has_vlan(const struct net *net, const struct net_vlan *vlan)
{
	for (size_t i = 0; i < net->vlan_count; i++)
		if (!strcmp(net->vlans[i].link, vlan->link) &&
		    net->vlans[i].id == vlan->id && net->vlans[i].pvid == vlan->pvid &&
		    net->vlans[i].untagged == vlan->untagged)
			return true;
	return false;
}

static bool has_vlan_id(const struct net *net, const struct net_vlan *vlan)
{
	for (size_t i = 0; i < net->vlan_count; i++)
		if (!strcmp(net->vlans[i].link, vlan->link) &&
		    net->vlans[i].id == vlan->id)
			return true;
	return false;
}

/* Of other bridges they are of no account. They are kept there for the time when it filters. */
static bool is_filtering(const struct net *net, const char *name)
{
	const struct net_link *link = net_find_link(net, name);

	if (link && *link->master)
		link = net_find_link(net, link->master);
	return !link || link->kind != NET_BRIDGE || link->bridge.vlan_filtering;
}

/* A port leaves all its VLANs with its bridge: none is to be removed, and each to be added where
 * it comes to another. */
static bool needs_no_step(const struct net_compare *compare, const struct net *other,
			  const struct net_vlan *vlan, enum net_op op)
{
	const struct net_link *had = net_find_link(compare->have, vlan->link);
	const struct net_link *wanted = net_find_link(compare->want, vlan->link);

	if (!had || !wanted || !strcmp(had->master, wanted->master))
		return has_vlan(other, vlan);
	return op == NET_REMOVE_VLAN || !*wanted->master;
}

static void compare_vlans(struct net_compare *compare, const struct net *from,
			  const struct net *other, enum net_op op,
			  enum step_action action)
{
	for (size_t i = 0; i < from->vlan_count; i++) {
		struct net_step step = { .op = op, .vlan = from->vlans[i] };
		char what[TEXT_SIZE];

		if (needs_no_step(compare, other, &step.vlan, op) ||
		    !net_compare_covers(compare, step.vlan.link) ||
		    !is_filtering(compare->want, step.vlan.link))
			continue;
		/* To change one is to add it again. */
		if (op == NET_REMOVE_VLAN && has_vlan_id(other, &step.vlan))
			continue;
		step.link = link_of(compare, step.vlan.link);
		snprintf(what, sizeof(what), "vlan %u of %s%s%s", step.vlan.id,
			 step.vlan.link, step.vlan.pvid ? ", pvid" : "",
			 step.vlan.untagged ? ", untagged" : "");
		net_compare_add(compare, &step, action, NULL, NULL, what);
	}
}

void net_compare_vlans(struct net_compare *compare)
{
	compare_vlans(compare, compare->have, compare->want, NET_REMOVE_VLAN,
		      STEP_REMOVE);
	compare_vlans(compare, compare->want, compare->have, NET_ADD_VLAN, STEP_ADD);
}

/* ---- sysctls ---- */

#define NET_IP_FORWARD "net/ipv4/ip_forward"

/* The link's name in "net/ipv4/conf/br0/forwarding": whether it is there yet. */
static bool is_of_new_link(const struct net_compare *compare, const char *path)
{
	char name[NET_NAME_SIZE + 1];

	return sscanf(path, "net/%*[^/]/%*[^/]/%16[^/]/", name) == 1 &&
	       !net_find_link(compare->have, name) && net_find_link(compare->want, name);
}

/* Whether the kernel sets the value anew when the whole host's switch changes: all of IPv4's
 * forwarding (ip_forward in kernel Documentation/networking/ip-sysctl.rst). */
static bool is_reset(const struct net_compare *compare, const char *path)
{
	const struct net_sysctl *had = net_find_sysctl(compare->have, NET_IP_FORWARD);
	const struct net_sysctl *wanted = net_find_sysctl(compare->want, NET_IP_FORWARD);

	return wanted && (!had || strcmp(had->value, wanted->value) != 0) &&
	       !strncmp(path, "net/ipv4/conf/", strlen("net/ipv4/conf/")) &&
	       text_ends_in(path, "/forwarding");
}

static void compare_sysctl(struct net_compare *compare, const struct net_sysctl *wanted)
{
	const struct net_sysctl *had = net_find_sysctl(compare->have, wanted->path);
	struct net_step step = { .op = NET_SET_SYSCTL, .sysctl = *wanted };
	bool same = had && !strcmp(had->value, wanted->value);
	char what[TEXT_SIZE];

	if (same && !is_reset(compare, wanted->path))
		return;
	/* IPv6 has to be there before its addresses come, and to go only when they have
	 * moved on: it takes them along. */
	step.early = is_of_new_link(compare, wanted->path) ||
		     !strcmp(wanted->path, NET_IP_FORWARD) ||
		     (text_ends_in(wanted->path, "/disable_ipv6") &&
		      !strcmp(wanted->value, "0"));
	snprintf(what, sizeof(what), "sysctl %s", wanted->path);
	net_compare_add(compare, &step, had ? STEP_CHANGE : STEP_ADD,
			same  ? "reset"
			: had ? had->value
			      : NULL,
			wanted->value, what);
}

void net_compare_sysctls(struct net_compare *compare)
{
	const struct net_sysctl *all = net_find_sysctl(compare->want, NET_IP_FORWARD);

	if (all)
		compare_sysctl(compare, all);
	for (size_t i = 0; i < compare->want->sysctl_count; i++)
		if (&compare->want->sysctls[i] != all)
			compare_sysctl(compare, &compare->want->sysctls[i]);
}
