/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firewalld.c: the files that put networks into a zone of firewalld's, and what is in force of them. */
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/firewalld.h"
#include "host-prep/nft_read.h"

#define HEAD                                           \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" \
	"<!-- Written by bedplate host-prep, which takes it away again. -->\n"

/* Names of policies have 17 characters at most. */
const char *const firewalld_paths[FIREWALLD_FILES] = {
	[FIREWALLD_ZONE] = "etc/firewalld/zones/bedplate.xml",
	[FIREWALLD_POLICY_IN] = "etc/firewalld/policies/bedplate-in.xml",
	[FIREWALLD_POLICY_VPN] = "etc/firewalld/policies/bedplate-vpn.xml",
};

/* ---- what is wanted ---- */

int firewalld_links(const struct want *want, struct names *names)
{
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		if (!network->data->firewall.coexist)
			continue;
		if ((*network->bridge && names_add(names, network->bridge)) ||
		    (*network->vpn && names_add(names, network->vpn)))
			return -ENOMEM;
	}
	return 0;
}

static void add_port(const char *protocol, unsigned first, unsigned last,
		     struct strbuf *out)
{
	strbuf_addf(out, "  <port port=\"%u", first);
	if (last != first)
		strbuf_addf(out, "-%u", last);
	strbuf_addf(out, "\" protocol=\"%s\"/>\n", protocol);
}

static void add_allowed(const struct want_network *network, struct strbuf *out)
{
	const struct network_firewall *firewall = &network->data->firewall;

	for (size_t i = 0; firewall->coexist && i < firewall->allow.count; i++) {
		const struct port_range *ports = &firewall->allow.items[i];

		if (ports->protocols & PORT_TCP)
			add_port("tcp", ports->first, ports->last, out);
		if (ports->protocols & PORT_UDP)
			add_port("udp", ports->first, ports->last, out);
		if (ports->protocols & PORT_SCTP)
			add_port("sctp", ports->first, ports->last, out);
	}
}

/* By a zone's target all is let in that nothing of it refuses: hence the last rule. Without
 * it a zone would be the only one in which firewalld guards no port of the host's. */
static void add_zone(const struct want *want, struct strbuf *out)
{
	_cleanup_names_ struct names links = NAMES_INIT;

	if (firewalld_links(want, &links))
		out->overflow = true;
	if (!links.count)
		return;
	strbuf_adds(out, HEAD "<zone target=\"ACCEPT\">\n"
			      "  <short>bedplate</short>\n"
			      "  <description>Networks of bedplate's guests. What they "
			      "reach is said in /etc/bedplate/network.</description>\n");
	for (size_t i = 0; i < links.count; i++)
		strbuf_addf(out, "  <interface name=\"%s\"/>\n", links.items[i]);
	strbuf_adds(out, "  <service name=\"ssh\"/>\n"
			 "  <service name=\"dhcp\"/>\n"
			 "  <service name=\"dhcpv6\"/>\n"
			 "  <service name=\"dns\"/>\n");
	for (size_t i = 0; i < want->count; i++)
		add_allowed(&want->items[i], out);
	strbuf_adds(out, "  <protocol value=\"icmp\"/>\n"
			 "  <protocol value=\"ipv6-icmp\"/>\n"
			 "  <rule priority=\"32767\">\n"
			 "    <reject/>\n"
			 "  </rule>\n"
			 "  <forward/>\n"
			 "</zone>\n");
}

static void add_policy_in(const struct want *want, struct strbuf *out)
{
	_cleanup_names_ struct names links = NAMES_INIT;

	if (firewalld_links(want, &links))
		out->overflow = true;
	if (links.count)
		strbuf_adds(out, HEAD "<policy target=\"ACCEPT\">\n"
				      "  <short>to bedplate's networks</short>\n"
				      "  <ingress-zone name=\"ANY\"/>\n"
				      "  <egress-zone name=\"bedplate\"/>\n"
				      "</policy>\n");
}

/* A peer comes from wherever it is. */
static void add_policy_vpn(const struct want *want, struct strbuf *out)
{
	size_t start = out->length;

	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];
		unsigned port = (unsigned)network->data->wireguard.listen_port;

		if (!network->data->firewall.coexist || !*network->vpn || !port)
			continue;
		if (out->length == start)
			strbuf_adds(out, HEAD "<policy target=\"CONTINUE\">\n"
					      "  <short>bedplate's VPNs</short>\n"
					      "  <ingress-zone name=\"ANY\"/>\n"
					      "  <egress-zone name=\"HOST\"/>\n");
		add_port("udp", port, port, out);
	}
	if (out->length > start)
		strbuf_adds(out, "</policy>\n");
}

void firewalld_text(const struct want *want, enum firewalld_file file, struct strbuf *out)
{
	static void (*const add[FIREWALLD_FILES])(const struct want *,
						  struct strbuf *) = {
		[FIREWALLD_ZONE] = add_zone,
		[FIREWALLD_POLICY_IN] = add_policy_in,
		[FIREWALLD_POLICY_VPN] = add_policy_vpn,
	};

	add[file](want, out);
}

/* ---- what is in force ---- */

static bool has(const struct netlink_attribute *attribute, const void *bytes, size_t size)
{
	return attribute->data &&
	       memmem(attribute->data, attribute->length, bytes, size) != NULL;
}

/* A zone has one rule for each interface that sends it to the zone's chain; a name is compared in
 * all its room. */
static void count_links(struct firewalld *firewalld, const struct names *links,
			const struct nft_rule *rule)
{
	static const char chain[] = "filter_IN_bedplate";

	if (!has(&rule->expressions, chain, sizeof(chain)))
		return;
	for (size_t i = 0; i < links->count; i++) {
		char name[NET_NAME_SIZE] = "";

		snprintf(name, sizeof(name), "%s", links->items[i]);
		firewalld->links += has(&rule->expressions, name, sizeof(name));
	}
}

static int read_all(struct netlink *nl, uint16_t type, struct strbuf *answer,
		    struct err *err)
{
	int result = nft_query(nl, NFPROTO_INET, type, NLM_F_DUMP, 0, NULL, answer, err);

	return result == -ENOENT ? 0 : result;
}

int firewalld_read(struct firewalld *firewalld, struct netlink *nl,
		   const struct names *links, struct err *err)
{
	_cleanup_strbuf_ struct strbuf chains, rules;
	struct netlink_message message;
	struct nft_chain chain;
	struct nft_rule rule;
	size_t offset = 0;
	int result;

	*firewalld = (struct firewalld){ .runs = false };
	strbuf_init(&chains, 0);
	strbuf_init(&rules, 0);
	result = read_all(nl, NFT_MSG_GETCHAIN, &chains, err);
	while (!result && netlink_next(chains.text, chains.length, &offset, &message))
		firewalld->runs |= nft_read_chain(&message, &chain) &&
				   strcmp(chain.table, "firewalld") == 0;
	if (result || !firewalld->runs || !links->count)
		return result;
	result = read_all(nl, NFT_MSG_GETRULE, &rules, err);
	for (offset = 0;
	     !result && netlink_next(rules.text, rules.length, &offset, &message);)
		if (nft_read_rule(&message, &rule) &&
		    strcmp(rule.table, "firewalld") == 0)
			count_links(firewalld, links, &rule);
	return result;
}
