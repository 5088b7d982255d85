/* SPDX-License-Identifier: GPL-2.0-or-later */
/* coexist_bridge.c: tells of frames inside of bridges that others' firewalls refuse. */
#include <linux/netfilter.h>
#include <string.h>

#include "host-prep/coexist_bridge.h"
#include "host-prep/netfilter.h"
#include "host-prep/sysctl.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static const struct bridge_switch {
	const char *path;
	uint8_t family; /* whose chains it asks, beside those of both */
} switches[] = {
	{ "proc/sys/net/bridge/bridge-nf-call-iptables", NFPROTO_IPV4 },
	{ "proc/sys/net/bridge/bridge-nf-call-ip6tables", NFPROTO_IPV6 },
};

/* [Sysctl] Set= has it as 0: up sets that before anything else. */
static bool goes_off(const struct part_context *context, const char *path)
{
	const struct host_sysctl *sysctl = &context->host->sysctl;
	char named[128];

	for (size_t i = 0; i < sysctl->set.count; i++) {
		const char *item = sysctl->set.items[i] + (*sysctl->set.items[i] == '-');
		size_t length = strcspn(item, "=");

		if (!sysctl_path(item, length, named, sizeof(named)) &&
		    strcmp(named, path) == 0 && strcmp(item + length, "=0") == 0)
			return true;
	}
	return false;
}

static bool is_on(const struct part_context *context, const struct bridge_switch *one)
{
	char value[16];

	return file_read_line(context->root_fd, one->path, value, sizeof(value), NULL) >=
		       0 &&
	       strcmp(value, "0") != 0 && !goes_off(context, one->path);
}

/* The first chain that refuses what these switches show it; "" for none. */
static void find_chain(const struct nat_others *others, const bool on[],
		       char text[NAT_CHAIN_TEXT])
{
	*text = '\0';
	for (size_t i = 0; !*text && i < others->chain_count; i++)
		for (size_t j = 0; j < ARRAY_SIZE(switches); j++)
			if (on[j] && others->chains[i].forward &&
			    (others->chains[i].family == NFPROTO_INET ||
			     others->chains[i].family == switches[j].family))
				nat_chain_text(&others->chains[i], text);
}

/* iptables-legacy knows no rules of ours. */
static bool legacy_refuses(const struct part_context *context)
{
	_cleanup_netfilter_ struct netfilter legacy = NETFILTER_INIT;

	if (netfilter_read_legacy(&legacy, context->root_fd, NULL))
		return false;
	for (size_t i = 0; i < legacy.count; i++)
		if (legacy.items[i].forwards && legacy.items[i].drops)
			return true;
	return false;
}

static void list_bridges(const struct want *want, bool all, struct strbuf *out)
{
	for (size_t i = 0; i < want->count; i++)
		if (*want->items[i].bridge &&
		    (all || !want->items[i].data->firewall.coexist))
			strbuf_addf(out, "%s%s", out->length ? ", " : "",
				    want->items[i].bridge);
}

void coexist_tell_bridges(const struct part_context *context, const struct want *want,
			  const struct nat_others *others)
{
	bool on[ARRAY_SIZE(switches)], legacy;
	_cleanup_strbuf_ struct strbuf bridges;
	char chain[NAT_CHAIN_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(switches); i++)
		on[i] = is_on(context, &switches[i]);
	strbuf_init(&bridges, 0);
	find_chain(others, on, chain);
	legacy = on[0] && legacy_refuses(context);
	if (*chain || legacy)
		list_bridges(want, legacy, &bridges);
	if (!bridges.length)
		return;
	part_note(
		context,
		"br_netfilter shows frames inside of bridges (%s) to others' forward "
		"chains, and %s refuses what it does not know: guests do not reach one "
		"another; [Sysctl] Set=net.bridge.bridge-nf-call-iptables=0 "
		"net.bridge.bridge-nf-call-ip6tables=0 turns that off, unless something "
		"here (Kubernetes) needs it%s",
		bridges.text, *chain ? chain : "iptables-legacy's FORWARD",
		legacy ? "" : "; Coexist=yes in [Firewall] puts rules into the chain");
}
