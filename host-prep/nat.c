/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat.c: the firewall's text: its tables, and what happens to guests' addresses. */
#include <string.h>
#include <sys/socket.h>

#include "host-prep/nat_private.h"
#include "host-prep/want_net_ip.h"

bool nat_has_taps(const struct want_network *network)
{
	for (size_t i = 0; i < network->guest_count; i++)
		if (*network->guests[i].tap)
			return true;
	return false;
}

struct nat_tables nat_needs(const struct want *want)
{
	struct nat_tables needs = { .inet = false };

	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		needs.inet |= nat_has_rules(network);
		needs.bridge |=
			nat_is_marked(network) ||
			(network->data->firewall.anti_spoof && nat_has_taps(network));
	}
	return needs;
}

/* ---- what packets look like outside ---- */

static bool has_route_out(const struct want_network *network)
{
	return network->data->network.mode == network_network_mode_nat;
}

static void add_masquerade(const struct want *want, const struct want_network *network,
			   const struct ip_prefix *items, size_t count, uint16_t family,
			   struct strbuf *out)
{
	const struct network_nat *nat = &network->data->nat;
	const char *ip = nat_family(family);
	_cleanup_strbuf_ struct strbuf set;
	struct nat_set outs;

	strbuf_init(&set, 0);
	if (!nat_add_prefixes(items, count, family, &set))
		return;
	/* What stays within the network, or is for many, has no other address outside. */
	strbuf_addf(out, "\t\t%s saddr %s %s daddr %s ct status dnat masquerade\n", ip,
		    set.text, ip, set.text);
	strbuf_addf(out, "\t\t%s saddr %s %s daddr %s return\n", ip, set.text, ip,
		    family == AF_INET ? "{ 224.0.0.0/4, 255.255.255.255 }" : "ff00::/8");
	strbuf_addf(out, "\t\t%s saddr %s oifname ", ip, set.text);
	if (nat->out.count) {
		nat_set_begin(&outs, out);
		for (size_t i = 0; i < nat->out.count; i++)
			nat_set_link(&outs, nat->out.items[i]);
		nat_set_end(&outs);
	} else {
		strbuf_adds(out, "!= ");
		nat_add_inner(want, out);
	}
	for (size_t i = 0; i < nat->source.count; i++) {
		if (nat->source.items[i].family != family)
			continue;
		strbuf_addf(out, " snat %s to ", ip);
		ip_address_format(&nat->source.items[i], out);
		strbuf_addc(out, '\n');
		return;
	}
	strbuf_adds(out, " masquerade\n");
}

/* Guests whose router is not the host send their answers elsewhere, unless peers come from
 * the host's own address. */
static void add_vpn_masquerade(const struct want *want, const struct want_network *vpn,
			       uint16_t family, struct strbuf *out)
{
	const struct network_conf *data = vpn->data;
	struct ip_prefix items[NAT_SUBNETS];
	size_t count = nat_vpn_subnets(vpn, items);
	_cleanup_strbuf_ struct strbuf from, to;
	struct nat_set set;

	strbuf_init(&from, 0);
	strbuf_init(&to, 0);
	if (!*vpn->vpn || !nat_add_prefixes(items, count, family, &from))
		return;
	nat_set_begin(&set, &to);
	if (*vpn->bridge && !has_route_out(vpn))
		nat_set_link(&set, vpn->bridge);
	for (size_t i = 0; i < data->wireguard.networks.count; i++) {
		const struct want_network *network =
			want_find(want, data->wireguard.networks.items[i]);

		if (network && *network->bridge && !has_route_out(network))
			nat_set_link(&set, network->bridge);
	}
	nat_set_end(&set);
	if (set.count)
		strbuf_addf(out, "\t\t%s saddr %s oifname %s masquerade\n",
			    nat_family(family), from.text, to.text);
}

static void add_postrouting(const struct want *want, struct strbuf *out)
{
	struct ip_prefix items[NAT_SUBNETS];

	strbuf_adds(out, "\tchain postrouting {\n"
			 "\t\ttype nat hook postrouting priority 100; policy accept;\n");
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];
		size_t count = nat_subnets(network, items);

		if (has_route_out(network)) {
			add_masquerade(want, network, items, count, AF_INET, out);
			add_masquerade(want, network, items, count, AF_INET6, out);
		}
		add_vpn_masquerade(want, network, AF_INET, out);
		add_vpn_masquerade(want, network, AF_INET6, out);
	}
	strbuf_adds(out, "\t}\n");
}

/* ---- packets that are too large outside ---- */

enum { ETHERNET_MTU = 1500 };

static unsigned link_mtu(const struct net *net, const char *name)
{
	const struct net_link *link = net_find_link(net, name);

	return link && link->mtu ? link->mtu : ETHERNET_MTU;
}

struct smallest {
	const struct net *net;
	unsigned mtu;
};

static void take_smaller(const char *link, void *data)
{
	struct smallest *smallest = data;
	unsigned mtu = link_mtu(smallest->net, link);

	if (mtu < smallest->mtu)
		smallest->mtu = mtu;
}

static bool is_clamped(const struct want *want, const struct want_network *network,
		       const struct net *net)
{
	struct smallest smallest = { net, UINT32_MAX };

	if (network->data->network.mode != network_network_mode_nat)
		return false;
	if (network->data->nat.clamp_mss != network_nat_clamp_mss_auto)
		return network->data->nat.clamp_mss == network_nat_clamp_mss_yes;
	/* One that is not there yet may be of any kind. */
	return !want_uplinks(want, network, net, take_smaller, &smallest) ||
	       smallest.mtu < link_mtu(net, network->bridge);
}

/* The size is that of the smaller of both directions' routes (nft_rt's tcpmss), so each of
 * the two handshake packets is told right. */
static void add_clamp(const struct want *want, const struct net *net, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf links;
	struct nat_set set;

	strbuf_init(&links, 0);
	nat_set_begin(&set, &links);
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		if (*network->bridge && is_clamped(want, network, net))
			nat_set_link(&set, network->bridge);
		if (*network->vpn)
			nat_set_link(&set, network->vpn);
	}
	nat_set_end(&set);
	if (!set.count)
		return;
	strbuf_adds(out, "\tchain clamp {\n"
			 "\t\ttype filter hook forward priority -150; policy accept;\n");
	strbuf_addf(out,
		    "\t\tiifname %s tcp flags & (syn | rst) == syn tcp option maxseg "
		    "size set rt mtu\n",
		    links.text);
	strbuf_addf(out,
		    "\t\toifname %s tcp flags & (syn | rst) == syn tcp option maxseg "
		    "size set rt mtu\n\t}\n",
		    links.text);
}

/* ---- the whole ---- */

void nat_begin_table(const char *family, const char *comment, struct strbuf *out)
{
	strbuf_addf(out,
		    "create table %s bedplate { comment \"%s\"; }\ntable %s bedplate {\n",
		    family, comment, family);
}

static void add_tables(const struct want *want, const struct net *net,
		       const char *comment, struct strbuf *out)
{
	struct nat_tables needs = nat_needs(want);

	if (needs.inet) {
		nat_begin_table("inet", comment, out);
		nat_add_filter(want, out);
		nat_add_forwards(want, out);
		add_postrouting(want, out);
		add_clamp(want, net, out);
		strbuf_adds(out, "}\n");
	}
	if (needs.bridge)
		nat_add_guards(want, comment, out);
}

void nat_digest(const struct want *want, const struct net *net,
		char digest[DIGEST_TEXT_SIZE])
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	add_tables(want, net, "", &text);
	digest_write(digest_add(DIGEST_INIT, text.text, text.length), digest);
}

static void add_delete(const char *family, struct strbuf *out)
{
	strbuf_addf(out, "table %s bedplate\ndelete table %s bedplate\n", family, family);
}

void nat_add_delete(struct nat_tables present, struct strbuf *out)
{
	if (present.inet)
		add_delete("inet", out);
	if (present.bridge)
		add_delete("bridge", out);
}

void nat_text(const struct want *want, const struct net *net, struct nat_tables present,
	      struct strbuf *out)
{
	char digest[DIGEST_TEXT_SIZE];

	nat_digest(want, net, digest);
	nat_add_delete(present, out);
	add_tables(want, net, digest, out);
}
