/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_words.h: states of the network for tests of what leads from one to the other, and the
 * steps as a text. */
#ifndef BEDPLATE_TESTS_NET_WORDS_H
#define BEDPLATE_TESTS_NET_WORDS_H

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "host-prep/net_diff.h"
#include "host-prep/net_step.h"
#include "lib/cleanup.h"
#include "tests/unit/tap.h"

static struct net_link *add_link(struct net *net, enum net_kind kind, const char *name)
{
	struct net_link link = { .kind = kind,
				 .up = true,
				 .mtu = 1500,
				 .has_mac = true,
				 .mac = { 2, 0, 0, 0, 0, (uint8_t)(net->link_count + 1) },
				 .tap = { .owner = -1, .group = -1 } };

	strcpy(link.name, name);
	if (kind != NET_NIC) {
		strcpy(link.alias, "bedplate:network/lan.conf");
		link.managed = true;
	}
	return net_add_link(net, &link);
}

static struct net_address *add_address(struct net *net, const char *link,
				       const char *text)
{
	struct net_address address = { .valid_s = NET_FOREVER,
				       .preferred_s = NET_FOREVER };

	strcpy(address.link, link);
	if (!net_parse_address(text, &address.family, address.bytes, &address.prefix))
		abort();
	return net_add_address(net, &address);
}

static struct net_route *add_route(struct net *net, const char *link, const char *to,
				   const char *via)
{
	struct net_route route = { .has_via = via != NULL };
	unsigned prefix;

	strcpy(route.link, link);
	if (!net_parse_address(to, &route.family, route.to, &route.prefix) ||
	    (via && !net_parse_address(via, &route.via_family, route.via, &prefix)))
		abort();
	return net_add_route(net, &route);
}

/* A host with one NIC that has the usual, and one that nobody speaks of. */
static void host(struct net *net)
{
	net_release(net);
	add_link(net, NET_NIC, "lo")->loopback = true;
	add_link(net, NET_NIC, "eth0");
	add_link(net, NET_NIC, "eth1");
	add_address(net, "lo", "127.0.0.1/8");
	add_address(net, "eth0", "192.0.2.10/24");
	add_address(net, "eth0", "2001:db8::10/64");
	add_address(net, "eth0", "fe80::1234/64")->scope = RT_SCOPE_LINK;
	add_address(net, "eth1", "198.51.100.1/24");
	add_route(net, "eth0", "0.0.0.0/0", "192.0.2.1");
	add_route(net, "eth0", "10.0.0.0/8", "192.0.2.2")->metric = 50;
	add_route(net, "eth0", "::/0", "fe80::1")->metric = 1024;
	add_route(net, "eth1", "203.0.113.0/24", "198.51.100.2");
}

/* The same with eth0 as a port of br0. */
static void bridge_host(struct net *net)
{
	struct net_link *bridge;

	host(net);
	bridge = add_link(net, NET_BRIDGE, "br0");
	memcpy(bridge->mac, net_find_link(net, "eth0")->mac, 6);
	net_move(net, "eth0", "br0", NULL);
	strcpy(net_find_link(net, "eth0")->master, "br0");
}

/* What the kernel would say after the steps: a wanted state that is there. */
__attribute__((unused)) static void settle(struct net *net)
{
	for (size_t i = 0; i < net->link_count; i++)
		net->links[i].managed = false;
}

static char steps_text[8192];

static const char *diff(const struct net *have, const struct net *want)
{
	_cleanup_steps_ struct steps steps = STEPS_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct err err = ERR_INIT;

	strbuf_init(&text, 0);
	if (net_diff(have, want, &steps, &err))
		strbuf_addf(&text, "%s", err.text);
	else
		steps_write_text(&steps, &text);
	snprintf(steps_text, sizeof(steps_text), "%s", text.text);
	return steps_text;
}

/* The same with a tap in br0, and a VLAN and a macvtap on eth1. */
static void guests_host(struct net *net)
{
	struct net_link *link;

	bridge_host(net);
	strcpy(add_link(net, NET_TAP, "t0")->master, "br0");
	link = add_link(net, NET_VLAN, "v0");
	link->vlan_id = 20;
	strcpy(link->parent, "eth1");
	link = add_link(net, NET_MACVTAP, "m0");
	link->macvtap_mode = NET_MACVTAP_BRIDGE;
	strcpy(link->parent, "eth1");
}

#endif
