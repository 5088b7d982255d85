/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_diff_link.c: compares one link with what is wanted of it, attribute by attribute. */
#include <stdio.h>
#include <string.h>

#include "host-prep/net_step.h"
#include "lib/cleanup.h"

enum { TEXT_SIZE = 320 };

const char *net_link_text(const struct net_link *link, char *text, size_t size)
{
	snprintf(text, size, "%s %s",
		 link->kind == NET_NIC ? "link" : net_kind_word(link->kind), link->name);
	return text;
}

/* ---- an attribute: are they the same, and its value in words ---- */

static bool same_alias(const struct net_link *had, const struct net_link *wanted)
{
	return !strcmp(had->alias, wanted->alias);
}

static void alias_text(const struct net_link *link, char *text)
{
	snprintf(text, TEXT_SIZE, "alias \"%s\"", link->alias);
}

static bool same_mtu(const struct net_link *had, const struct net_link *wanted)
{
	return !wanted->mtu || had->mtu == wanted->mtu;
}

static void mtu_text(const struct net_link *link, char *text)
{
	if (link->mtu)
		snprintf(text, TEXT_SIZE, "mtu %u", link->mtu);
}

static bool same_mac(const struct net_link *had, const struct net_link *wanted)
{
	return !wanted->has_mac ||
	       (had->has_mac && !memcmp(had->mac, wanted->mac, sizeof(had->mac)));
}

static void mac_text(const struct net_link *link, char *text)
{
	char mac[18];

	if (link->has_mac)
		snprintf(text, TEXT_SIZE, "mac %s", net_mac_text(link->mac, mac));
}

static bool same_bridge(const struct net_link *had, const struct net_link *wanted)
{
	return wanted->kind != NET_BRIDGE ||
	       (had->bridge.stp == wanted->bridge.stp &&
		had->bridge.forward_delay_cs == wanted->bridge.forward_delay_cs);
}

static void bridge_text(const struct net_link *link, char *text)
{
	if (link->kind == NET_BRIDGE)
		snprintf(text, TEXT_SIZE, "stp %s, forward delay %u.%02u s",
			 link->bridge.stp ? "on" : "off",
			 link->bridge.forward_delay_cs / 100,
			 link->bridge.forward_delay_cs % 100);
}

static bool same_filtering(const struct net_link *had, const struct net_link *wanted)
{
	return wanted->kind != NET_BRIDGE ||
	       had->bridge.vlan_filtering == wanted->bridge.vlan_filtering;
}

static void filtering_text(const struct net_link *link, char *text)
{
	snprintf(text, TEXT_SIZE, "vlan filtering %s",
		 link->bridge.vlan_filtering ? "on" : "off");
}

/* A guest that has the tap open has set the header as it likes. */
static bool same_tap(const struct net_link *had, const struct net_link *wanted)
{
	return wanted->kind != NET_TAP ||
	       (had->tap.owner == wanted->tap.owner &&
		had->tap.group == wanted->tap.group &&
		(had->carrier || had->tap.vnet_header == wanted->tap.vnet_header));
}

static void tap_text(const struct net_link *link, char *text)
{
	size_t length = 0;

	if (link->kind != NET_TAP)
		return;
	if (link->tap.owner >= 0)
		length += snprintf(text + length, TEXT_SIZE - length, "user %lld, ",
				   (long long)link->tap.owner);
	if (link->tap.group >= 0)
		length += snprintf(text + length, TEXT_SIZE - length, "group %lld, ",
				   (long long)link->tap.group);
	snprintf(text + length, TEXT_SIZE - length, "%s%s",
		 link->tap.multi_queue ? "multi-queue" : "single-queue",
		 link->tap.vnet_header ? ", vnet header" : "");
}

static bool same_macvtap(const struct net_link *had, const struct net_link *wanted)
{
	return wanted->kind != NET_MACVTAP || had->macvtap_mode == wanted->macvtap_mode;
}

static void macvtap_text(const struct net_link *link, char *text)
{
	static const char *const modes[] = { [NET_MACVTAP_PRIVATE] = "private",
					     [NET_MACVTAP_VEPA] = "vepa",
					     [NET_MACVTAP_BRIDGE] = "bridge",
					     [NET_MACVTAP_PASSTHRU] = "passthru" };
	unsigned mode = link->macvtap_mode;

	if (link->kind == NET_MACVTAP)
		snprintf(text, TEXT_SIZE, "mode %s",
			 mode < ARRAY_SIZE(modes) && modes[mode] ? modes[mode] : "?");
}

static bool same_master(const struct net_link *had, const struct net_link *wanted)
{
	return !strcmp(had->master, wanted->master);
}

static void master_text(const struct net_link *link, char *text)
{
	snprintf(text, TEXT_SIZE, "master %s", *link->master ? link->master : "none");
}

/* A port that comes to its bridge only now gets these with it. */
static bool same_port(const struct net_link *had, const struct net_link *wanted)
{
	return !*wanted->master || !same_master(had, wanted) ||
	       (had->port.isolated == wanted->port.isolated &&
		had->port.hairpin == wanted->port.hairpin);
}

static void port_text(const struct net_link *link, char *text)
{
	if (*link->master)
		snprintf(text, TEXT_SIZE, "port %s%s",
			 link->port.isolated ? "isolated" : "not isolated",
			 link->port.hairpin ? ", hairpin" : "");
}

static bool is_not_to_go_up(const struct net_link *had, const struct net_link *wanted)
{
	return had->up || !wanted->up;
}

static bool is_not_to_go_down(const struct net_link *had, const struct net_link *wanted)
{
	return !had->up || wanted->up;
}

static void up_text(const struct net_link *link, char *text)
{
	strcpy(text, link->up ? "up" : "down");
}

static const struct {
	enum net_op op;
	bool (*same)(const struct net_link *had, const struct net_link *wanted);
	void (*text)(const struct net_link *link, char *text);
} attributes[] = {
	{ NET_SET_MASTER, same_master, master_text },
	{ NET_SET_ALIAS, same_alias, alias_text },
	{ NET_SET_MTU, same_mtu, mtu_text },
	{ NET_SET_MAC, same_mac, mac_text },
	{ NET_SET_BRIDGE, same_bridge, bridge_text },
	{ NET_SET_FILTERING, same_filtering, filtering_text },
	{ NET_SET_TAP, same_tap, tap_text },
	{ NET_SET_MACVTAP, same_macvtap, macvtap_text },
	{ NET_SET_PORT, same_port, port_text },
	{ NET_SET_UP, is_not_to_go_up, up_text },
	{ NET_SET_DOWN, is_not_to_go_down, up_text },
};

/* ---- ---- */

/* What goes without saying of a new link. */
static bool is_usual(enum net_op op, const struct net_link *link)
{
	switch (op) {
	case NET_SET_ALIAS:
	case NET_SET_DOWN:
		return true;
	case NET_SET_MASTER:
		return !*link->master;
	case NET_SET_FILTERING:
		return !link->bridge.vlan_filtering;
	case NET_SET_PORT:
		return !link->port.isolated && !link->port.hairpin;
	default:
		return false;
	}
}

static void write_new_link(const struct net_link *link, struct strbuf *out)
{
	if (*link->parent)
		strbuf_addf(out, "on %s, ", link->parent);
	if (link->kind == NET_VLAN)
		strbuf_addf(out, "vlan %u, ", link->vlan_id);
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		char text[TEXT_SIZE] = "";

		if (is_usual(attributes[i].op, link))
			continue;
		attributes[i].text(link, text);
		if (*text)
			strbuf_addf(out, "%s, ", text);
	}
	if (out->length >= 2)
		strbuf_truncate(out, out->length - 2);
}

static void make_link(struct net_compare *compare, const struct net_link *wanted)
{
	const struct net_step step = { .op = NET_MAKE, .link = *wanted };
	_cleanup_strbuf_ struct strbuf after;
	char what[NET_WORD_SIZE];

	strbuf_init(&after, 0);
	write_new_link(wanted, &after);
	net_compare_add(compare, &step, STEP_ADD, NULL, after.text,
			net_link_text(wanted, what, sizeof(what)));
}

void net_compare_link(struct net_compare *compare, const struct net_link *had,
		      const struct net_link *wanted)
{
	char what[NET_WORD_SIZE];

	if (!had) {
		make_link(compare, wanted);
		return;
	}
	net_link_text(wanted, what, sizeof(what));
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		const struct net_step step = { .op = attributes[i].op, .link = *wanted };
		char before[TEXT_SIZE] = "", after[TEXT_SIZE] = "";

		if (attributes[i].same(had, wanted))
			continue;
		attributes[i].text(had, before);
		attributes[i].text(wanted, after);
		net_compare_add(compare, &step, STEP_CHANGE, before, after, what);
	}
}
