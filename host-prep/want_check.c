/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_check.c: what contradicts another network file, a guest's, or the host. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/want_claim.h"

static void fail_at(struct want_claim claim, const char *words, struct err *err)
{
	if (!claim.origin)
		conf_refuse(claim.network->file->conf, claim.section, claim.key,
			    claim.index, err, NULL, "%s", words);
	else
		err_set(err, EINVAL, "etc/bedplate/%s: %s", claim.origin, words);
}

void want_report(struct conf_errors *errors, struct want_claim claim, const char *hint,
		 const char *fmt, ...)
{
	struct err err = ERR_INIT;
	char words[ERR_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	fail_at(claim, words, &err);
	err_hint(&err, "%s", hint);
	conf_errors_add(errors, &err);
}

void want_report_host(struct conf_errors *errors, struct want_claim claim, int errnum,
		      const char *hint, const char *fmt, ...)
{
	struct err err = ERR_INIT;
	char words[ERR_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	fail_at(claim, words, &err);
	err_hint(&err, "%s", hint);
	err.code = -errnum;
	err.mistake = false;
	conf_errors_pass(errors, &err);
}

/* ---- interfaces' names ---- */

/* One that is made here, or a port, which can be in one place only. */
struct named {
	const char *name;
	struct want_claim claim;
	const char *origin; /* NULL: the claim's line */
	bool made;          /* else it must be there already */
};

/* Worked out only for who is told of it: the walk comes by each name once for every other. */
static const char *named_origin(const struct named *named, char text[ORIGIN_MAX])
{
	const struct want_claim *claim = &named->claim;

	if (named->origin)
		return named->origin;
	return want_origin(claim->network, claim->section, claim->key, claim->index,
			   text);
}

typedef void name_visitor(const struct named *named, void *data);

static void visit_one(const struct want_network *network, const char *section,
		      const char *key, size_t index, const char *name, const char *origin,
		      bool made, name_visitor *visit, void *data)
{
	struct named named = { .name = name,
			       .claim = { network, section, key, index, NULL },
			       .origin = origin,
			       .made = made };

	if (!*name)
		return;
	if (origin && strncmp(origin, "guests/", 7) == 0)
		named.claim.origin = origin;
	visit(&named, data);
}

static void visit_network(const struct want_network *network, name_visitor *visit,
			  void *data)
{
	visit_one(network, "Network", "Bridge", 0, network->bridge, NULL, true, visit,
		  data);
	visit_one(network, "WireGuard", "Interface", 0, network->vpn, NULL, true, visit,
		  data);
	for (size_t i = 0; i < network->vlan_count; i++)
		visit_one(network, "Vlan", "Name", i, network->vlans[i].name,
			  network->vlans[i].origin, true, visit, data);
	for (size_t i = 0; i < network->macvtap_count; i++)
		visit_one(network, "Macvtap", "Name", i, network->macvtaps[i].name,
			  network->macvtaps[i].origin, true, visit, data);
	for (size_t i = 0; i < network->guest_count; i++)
		visit_one(network, "Tap", "Name", i, network->guests[i].tap,
			  network->guests[i].origin, true, visit, data);
}

/* Ports apart: a VLAN of this file is made once and plugged in once. */
static void visit_ports(const struct want_network *network, name_visitor *visit,
			void *data)
{
	for (size_t i = 0; i < network->port_count; i++)
		visit_one(network, "Bridge", "Ports", 0, network->ports[i].name,
			  network->ports[i].origin, false, visit, data);
}

struct name_check {
	const struct want *want;
	const struct net *have;
	struct conf_errors *errors;
	const struct named *first; /* while the second is looked for */
	bool behind;
	void (*visit_all)(const struct want_network *, name_visitor *, void *);
};

/* The same place in the walk: texts are the networks' own, so their addresses tell. */
static void check_second(const struct named *second, void *data)
{
	struct name_check *check = data;
	const struct named *first = check->first;
	char there[ORIGIN_MAX], here[ORIGIN_MAX];

	if (second->name == first->name) {
		check->behind = true;
		return;
	}
	if (!check->behind || strcmp(second->name, first->name) != 0)
		return;
	if (second->made)
		want_report(check->errors, second->claim, "each needs a name of its own",
			    "%s is also what %s makes (%s)", second->name,
			    named_origin(first, there), named_origin(second, here));
	else
		want_report(check->errors, second->claim, "it can be in one bridge only",
			    "%s is a port in %s, too", second->name,
			    named_origin(first, there));
}

static void check_first(const struct named *first, void *data)
{
	struct name_check *check = data;
	const struct net_link *link = net_find_link(check->have, first->name);

	check->first = first;
	check->behind = false;
	for (size_t i = 0; i < check->want->count; i++)
		check->visit_all(&check->want->items[i], check_second, check);
	if (first->made && link && !net_is_ours(link))
		want_report_host(
			check->errors, first->claim, EEXIST,
			"give it another name, or take that one away",
			"the host has an interface %s that is not bedplate's (%s)",
			first->name,
			*link->type ? link->type : net_kind_word(link->kind));
	if (!first->made && link && *link->master &&
	    !want_has_link(check->want, link->master)) {
		const struct net_link *master = net_find_link(check->have, link->master);

		if (!master || !net_is_ours(master))
			want_report_host(
				check->errors, first->claim, EBUSY,
				"take it out there; only one of them can have it",
				"%s is a port of %s, which is not bedplate's",
				first->name, link->master);
	}
}

static void check_names(const struct want *want, const struct net *have,
			struct conf_errors *errors)
{
	struct name_check check = { .want = want, .have = have, .errors = errors };

	check.visit_all = visit_network;
	for (size_t i = 0; i < want->count; i++)
		visit_network(&want->items[i], check_first, &check);
	check.visit_all = visit_ports;
	for (size_t i = 0; i < want->count; i++)
		visit_ports(&want->items[i], check_first, &check);
}

/* ---- what can be no port ---- */

/* What an interface of the files' is that no bridge takes; NULL: it is none. */
static const char *unpluggable(const struct want_network *network, const char *name)
{
	if (!strcmp(network->bridge, name))
		return "a bridge, and no bridge takes another one";
	if (!strcmp(network->vpn, name))
		return "a VPN, which has no Ethernet frames";
	for (size_t i = 0; i < network->guest_count; i++)
		if (!strcmp(network->guests[i].tap, name))
			return "a tap, which is in its own network's bridge";
	for (size_t i = 0; i < network->macvtap_count; i++)
		if (!strcmp(network->macvtaps[i].name, name))
			return "a macvtap, which is its guest's";
	return NULL;
}

static void check_port(const struct want *want, const struct want_network *network,
		       const struct want_port *port, const struct net *have,
		       struct conf_errors *errors)
{
	const struct net_link *link = net_find_link(have, port->name);
	const struct want_claim claim = { network, "Bridge", "Ports", 0, NULL };
	static const char hint[] = "a network card, or a [Vlan] of this file";
	const char *why = NULL;

	for (size_t i = 0; !why && i < want->count; i++)
		why = unpluggable(&want->items[i], port->name);
	if (why)
		want_report(errors, claim, hint, "%s is %s", port->name, why);
	else if (link && link->kind == NET_BRIDGE && !net_is_ours(link))
		want_report_host(errors, claim, ELOOP, hint,
				 "%s is a bridge, and no bridge takes another one",
				 port->name);
}

static void check_ports(const struct want *want, const struct net *have,
			struct conf_errors *errors)
{
	for (size_t i = 0; i < want->count; i++)
		for (size_t j = 0; j < want->items[i].port_count; j++)
			check_port(want, &want->items[i], &want->items[i].ports[j], have,
				   errors);
}

/* ---- subnets ---- */

struct subnet {
	const struct ip_prefix *prefix;
	struct want_claim claim;
};

enum { SUBNETS_MAX = 512 };

static size_t collect_subnets(const struct want *want, struct subnet *subnets)
{
	size_t count = 0;

	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];
		const struct network_conf *data = network->data;

		for (size_t j = 0; j < data->address.count && count < SUBNETS_MAX; j++)
			if (data->address.items[j].address.address.family)
				subnets[count++] =
					(struct subnet){ &data->address.items[j].address,
							 { network, "Address", "Address",
							   j, NULL } };
		for (size_t j = 0;
		     j < data->wireguard.address.count && count < SUBNETS_MAX; j++)
			subnets[count++] =
				(struct subnet){ &data->wireguard.address.items[j],
						 { network, "WireGuard", "Address", 0,
						   NULL } };
	}
	return count;
}

static struct ip_prefix prefix_of(const struct net_address *address)
{
	struct ip_prefix prefix = {
		.address = { .family = (uint16_t)address->family },
		.length = (uint8_t)address->prefix,
	};

	memcpy(prefix.address.bytes, address->bytes, 16);
	return prefix;
}

static bool is_same_address(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return ip_compare(&a->address, &b->address) == 0;
}

/* Addresses of interfaces that are ours, or become ports, are the networks' own. */
static void check_host_subnets(const struct want *want, const struct net *have,
			       const struct subnet *subnet, struct conf_errors *errors)
{
	char own[IP_TEXT_SIZE], text[IP_TEXT_SIZE];

	for (size_t i = 0; i < have->address_count; i++) {
		const struct net_address *address = &have->addresses[i];
		const struct net_link *link = net_find_link(have, address->link);
		struct ip_prefix prefix = prefix_of(address);

		if (net_is_link_local(address) || !link || link->loopback ||
		    net_is_ours(link) || want_has_link(want, address->link) ||
		    !ip_prefix_overlaps(subnet->prefix, &prefix))
			continue;
		if (is_same_address(subnet->prefix, &prefix))
			want_report_host(errors, subnet->claim, EADDRINUSE,
					 "take another, or take it away there",
					 "the address is in use: %s has it",
					 address->link);
		else
			want_report_host(
				errors, subnet->claim, EADDRINUSE,
				"take another, such as 10.77.20.1/24",
				"the network %s overlaps the host's own %s on %s",
				ip_prefix_network_text(subnet->prefix, own),
				ip_prefix_network_text(&prefix, text), address->link);
		return;
	}
}

static void check_subnets(const struct want *want, const struct net *have,
			  struct conf_errors *errors)
{
	struct subnet subnets[SUBNETS_MAX];
	size_t count = collect_subnets(want, subnets);
	char own[IP_TEXT_SIZE], text[IP_TEXT_SIZE], origin[ORIGIN_MAX];

	for (size_t i = 0; i < count; i++) {
		const struct want_claim *claim = &subnets[i].claim;

		check_host_subnets(want, have, &subnets[i], errors);
		for (size_t j = 0; j < i; j++) {
			const struct want_claim *other = &subnets[j].claim;

			if (other->network == claim->network ||
			    !ip_prefix_overlaps(subnets[i].prefix, subnets[j].prefix))
				continue;
			want_origin(other->network, other->section, other->key,
				    other->index, origin);
			want_report(errors, *claim, "each network needs its own",
				    "the network %s overlaps %s (%s)",
				    ip_prefix_network_text(subnets[i].prefix, own),
				    ip_prefix_network_text(subnets[j].prefix, text),
				    origin);
		}
	}
}

void want_check(const struct want *want, const struct net *have,
		const struct guests *guests, struct conf_errors *errors)
{
	check_names(want, have, errors);
	check_ports(want, have, errors);
	check_subnets(want, have, errors);
	want_check_uses(want, guests, errors);
}
