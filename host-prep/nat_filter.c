/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_filter.c: whom guests and peers reach, and who reaches them. */
#include <string.h>
#include <sys/socket.h>

#include "host-prep/nat_private.h"

static enum network_network_mode mode_of(const struct want_network *network)
{
	return network->data->network.mode;
}

/* The host stands between its guests and everything else. */
static bool is_filtered(const struct want_network *network)
{
	return *network->bridge && mode_of(network) != network_network_mode_public;
}

static bool is_host_guarded(const struct want_network *network)
{
	return mode_of(network) == network_network_mode_isolated ||
	       network->data->firewall.host == network_firewall_host_services;
}

bool nat_is_marked(const struct want_network *network)
{
	return is_host_guarded(network) && nat_has_taps(network) &&
	       mode_of(network) == network_network_mode_public;
}

bool nat_has_rules(const struct want_network *network)
{
	return *network->vpn || is_filtered(network) || nat_is_marked(network);
}

/* ---- the host itself ---- */

static void add_services(const struct want_network *network, struct strbuf *out)
{
	const struct network_firewall *firewall = &network->data->firewall;

	strbuf_adds(out, "\t\tct state established,related accept\n"
			 "\t\tudp dport { 67, 547 } accept\n"
			 "\t\tmeta l4proto { tcp, udp } th dport 53 accept\n"
			 "\t\ticmp type echo-request accept\n"
			 "\t\ticmpv6 type { echo-request, nd-neighbor-solicit, "
			 "nd-neighbor-advert, nd-router-solicit, nd-router-advert, "
			 "mld-listener-report, mld-listener-done, mld2-listener-report } "
			 "accept\n");
	for (size_t i = 0; i < firewall->allow.count; i++) {
		const struct port_range *ports = &firewall->allow.items[i];

		strbuf_adds(out, "\t\tmeta l4proto { ");
		port_protocols_format(ports->protocols, out);
		strbuf_addf(out, " } th dport %u", ports->first);
		if (ports->last != ports->first)
			strbuf_addf(out, "-%u", ports->last);
		strbuf_adds(out, " accept\n");
	}
	strbuf_adds(out, "\t\treject with icmpx type admin-prohibited\n");
}

static void add_host_chain(const struct want_network *network, struct strbuf *out)
{
	char word[NAT_WORD_SIZE];

	if (!is_host_guarded(network))
		return;
	strbuf_addf(out, "\tchain host_%s {\n", nat_word(network, word));
	if (mode_of(network) == network_network_mode_isolated)
		strbuf_adds(out, "\t\tdrop\n");
	else
		add_services(network, out);
	strbuf_adds(out, "\t}\n");
}

/* Item by item "LINK" : jump CHAIN_NETWORK, for a map. */
static void add_jump(struct nat_set *set, const char *link, const char *chain,
		     const struct want_network *network)
{
	_cleanup_strbuf_ struct strbuf item;
	char word[NAT_WORD_SIZE];

	strbuf_init(&item, 0);
	strbuf_addf(&item, "\"%s\" : jump %s_%s", link, chain, nat_word(network, word));
	nat_set_add(set, item.text);
}

/* Who else comes in by that bridge is none of its guests. */
static void add_marked(const struct want *want, struct strbuf *out)
{
	char word[NAT_WORD_SIZE];

	for (size_t i = 0; i < want->count; i++)
		if (nat_is_marked(&want->items[i]))
			strbuf_addf(out,
				    "\t\tiifname \"%s\" meta mark & " NAT_GUEST_MARK
				    " != 0 jump host_%s\n",
				    want->items[i].bridge,
				    nat_word(&want->items[i], word));
}

static void add_input(const struct want *want, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf map;
	struct nat_set set;

	strbuf_init(&map, 0);
	nat_set_begin(&set, &map);
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		add_host_chain(network, out);
		if (is_host_guarded(network) && *network->bridge &&
		    !nat_is_marked(network))
			add_jump(&set, network->bridge, "host", network);
		if (is_host_guarded(network) && *network->vpn)
			add_jump(&set, network->vpn, "host", network);
	}
	nat_set_end(&set);
	strbuf_adds(out, "\tchain input {\n"
			 "\t\ttype filter hook input priority 0; policy accept;\n");
	for (size_t i = 0; i < want->count; i++)
		if (*want->items[i].vpn && want->items[i].data->wireguard.listen_port)
			strbuf_addf(out, "\t\tudp dport %u accept\n",
				    (unsigned)want->items[i].data->wireguard.listen_port);
	if (set.count)
		strbuf_addf(out, "\t\tiifname vmap %s\n", map.text);
	add_marked(want, out);
	strbuf_adds(out, "\t}\n");
}

/* ---- through the host ---- */

static void add_link_rule(const char *link, struct strbuf *out)
{
	strbuf_addf(out, "\t\toifname \"%s\" accept\n", link);
}

static void add_networks(const struct want *want, char *const *names, size_t count,
			 struct strbuf *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct want_network *network = want_find(want, names[i]);

		if (network && *network->bridge)
			add_link_rule(network->bridge, out);
		else if (network && *network->vpn)
			add_link_rule(network->vpn, out);
	}
}

static void add_way_out(const struct want *want, const struct want_network *network,
			struct strbuf *out)
{
	const struct network_nat *nat = &network->data->nat;
	struct nat_set set;

	strbuf_adds(out, "\t\toifname ");
	if (nat->out.count) {
		nat_set_begin(&set, out);
		for (size_t i = 0; i < nat->out.count; i++)
			nat_set_link(&set, nat->out.items[i]);
		nat_set_end(&set);
	} else {
		strbuf_adds(out, "!= ");
		nat_add_inner(want, out);
	}
	strbuf_adds(out, " accept\n");
}

/* Isolated guests could reach one another by the host as a router. Frames that only pass the
 * bridge come here, too, where br_netfilter is loaded; isolated ports let through those
 * to and from its own ports only. */
static void add_own_bridge(const struct want_network *network, struct strbuf *out)
{
	if (network->data->firewall.isolate && !network->port_count)
		strbuf_addf(out, "\t\toifname \"%s\" ct status dnat accept\n",
			    network->bridge);
	else
		add_link_rule(network->bridge, out);
}

static void add_from(const struct want *want, const struct want_network *network,
		     struct strbuf *out)
{
	const struct network_firewall *firewall = &network->data->firewall;
	char word[NAT_WORD_SIZE];

	strbuf_addf(out, "\tchain from_%s {\n", nat_word(network, word));
	strbuf_adds(out, "\t\tct state established,related accept\n");
	add_own_bridge(network, out);
	if (mode_of(network) == network_network_mode_isolated) {
		strbuf_adds(out, "\t\tdrop\n\t}\n");
		return;
	}
	if (*network->vpn)
		add_link_rule(network->vpn, out);
	add_networks(want, firewall->reach.items, firewall->reach.count, out);
	if (mode_of(network) == network_network_mode_nat) {
		/* An answer that no connection is known of would keep its address. */
		strbuf_adds(out, "\t\tct state invalid drop\n"
				 "\t\tct status dnat accept\n");
		add_way_out(want, network, out);
	}
	strbuf_adds(out, "\t\treject with icmpx type admin-prohibited\n\t}\n");
}

static void add_to(const struct want_network *network, struct strbuf *out)
{
	char word[NAT_WORD_SIZE];

	strbuf_addf(out, "\tchain to_%s {\n", nat_word(network, word));
	strbuf_adds(out, "\t\tct state established,related accept\n");
	if (mode_of(network) == network_network_mode_nat)
		strbuf_adds(out, "\t\tct status dnat accept\n");
	strbuf_adds(out, "\t\treject with icmpx type admin-prohibited\n\t}\n");
}

static void add_from_vpn(const struct want *want, const struct want_network *network,
			 struct strbuf *out)
{
	const struct network_conf *data = network->data;
	char word[NAT_WORD_SIZE];

	strbuf_addf(out, "\tchain from_vpn_%s {\n", nat_word(network, word));
	strbuf_adds(out, "\t\tct state established,related accept\n");
	add_link_rule(network->vpn, out);
	if (*network->bridge)
		add_link_rule(network->bridge, out);
	add_networks(want, data->wireguard.networks.items, data->wireguard.networks.count,
		     out);
	strbuf_adds(out, "\t\tct status dnat accept\n"
			 "\t\treject with icmpx type admin-prohibited\n\t}\n");
}

static void add_to_vpn(const struct want_network *network, struct strbuf *out)
{
	char word[NAT_WORD_SIZE];

	strbuf_addf(out,
		    "\tchain to_vpn_%s {\n\t\tct state established,related accept\n"
		    "\t\treject with icmpx type admin-prohibited\n\t}\n",
		    nat_word(network, word));
}

static void add_forward_map(const struct want *want, const char *key, bool from,
			    struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf map;
	struct nat_set set;

	strbuf_init(&map, 0);
	nat_set_begin(&set, &map);
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		if (is_filtered(network))
			add_jump(&set, network->bridge, from ? "from" : "to", network);
		if (*network->vpn)
			add_jump(&set, network->vpn, from ? "from_vpn" : "to_vpn",
				 network);
	}
	nat_set_end(&set);
	if (set.count)
		strbuf_addf(out, "\t\t%s vmap %s\n", key, map.text);
}

void nat_add_filter(const struct want *want, struct strbuf *out)
{
	add_input(want, out);
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		if (is_filtered(network)) {
			add_from(want, network, out);
			add_to(network, out);
		}
		if (*network->vpn) {
			add_from_vpn(want, network, out);
			add_to_vpn(network, out);
		}
	}
	strbuf_adds(out, "\tchain forward {\n"
			 "\t\ttype filter hook forward priority 0; policy accept;\n");
	add_forward_map(want, "iifname", true, out);
	add_forward_map(want, "oifname", false, out);
	strbuf_adds(out, "\t}\n");
}
