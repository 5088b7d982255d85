/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_forward.c: ports of the host that lead to guests. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/dhcp.h"
#include "host-prep/nat_private.h"

enum { DNS_PORT = 53, DHCP_PORT = 67, DHCPV6_PORT = 547 };

static void add_sources(const struct network_forward *row, uint16_t family,
			struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf set;

	strbuf_init(&set, 0);
	if (nat_add_prefixes(row->from.items, row->from.count, family, &set))
		strbuf_addf(out, "%s saddr %s ", nat_family(family), set.text);
}

static bool takes_port(const struct network_forward *row, unsigned port)
{
	return row->listen.first <= port && port <= row->listen.last;
}

/* Guests go on having DNS and DHCP from their network's server. */
static void add_servers(const struct want *want, const struct network_forward *row,
			uint16_t family, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf own;
	struct nat_set set;

	strbuf_init(&own, 0);
	if (!takes_port(row, DNS_PORT) && !takes_port(row, DHCP_PORT) &&
	    !takes_port(row, DHCPV6_PORT))
		return;
	nat_set_begin(&set, &own);
	for (size_t i = 0; i < want->count; i++) {
		const struct network_conf *data = want->items[i].data;

		for (size_t j = 0;
		     dhcp_is_wanted(&want->items[i]) && j < data->address.count; j++) {
			const struct ip_address *ip =
				&data->address.items[j].address.address;
			_cleanup_strbuf_ struct strbuf text;

			strbuf_init(&text, 0);
			if (ip->family != family)
				continue;
			ip_address_format(ip, &text);
			nat_set_add(&set, text.text);
		}
	}
	nat_set_end(&set);
	if (set.count)
		strbuf_addf(out, "%s daddr != %s ", nat_family(family), own.text);
}

static void add_addresses(const struct want *want, const struct network_forward *row,
			  uint16_t family, struct strbuf *out)
{
	struct nat_set set;

	if (!row->address.count) {
		strbuf_adds(out, "fib daddr type local ");
		add_servers(want, row, family, out);
		return;
	}
	strbuf_addf(out, "%s daddr ", nat_family(family));
	nat_set_begin(&set, out);
	for (size_t i = 0; i < row->address.count; i++) {
		_cleanup_strbuf_ struct strbuf text;

		strbuf_init(&text, 0);
		ip_address_format(&row->address.items[i], &text);
		nat_set_add(&set, text.text);
	}
	nat_set_end(&set);
	strbuf_addc(out, ' ');
}

static void add_target(const struct network_forward *row, const struct ip_address *target,
		       struct strbuf *out)
{
	unsigned count = port_range_count(&row->listen);
	bool brackets = target->family == AF_INET6 && row->to.first;
	struct nat_set set;
	char item[32];

	strbuf_addf(out, "dnat %s to %s", nat_family(target->family),
		    brackets ? "[" : "");
	ip_address_format(target, out);
	strbuf_adds(out, brackets ? "]" : "");
	if (!row->to.first || row->to.first == row->listen.first)
		return;
	if (count == 1) {
		strbuf_addf(out, ":%u", row->to.first);
		return;
	}
	/* A range of ports would be used as the kernel likes: a map keeps their order. */
	strbuf_adds(out, " : th dport map ");
	nat_set_begin(&set, out);
	for (unsigned i = 0; i < count; i++) {
		snprintf(item, sizeof(item), "%u : %u", row->listen.first + i,
			 row->to.first + i);
		nat_set_add(&set, item);
	}
	nat_set_end(&set);
}

static void add_ports(const struct network_forward *row, struct strbuf *out)
{
	strbuf_adds(out, "meta l4proto { ");
	port_protocols_format(row->listen.protocols, out);
	strbuf_addf(out, " } th dport %u", row->listen.first);
	if (row->listen.last != row->listen.first)
		strbuf_addf(out, "-%u", row->listen.last);
	strbuf_addc(out, ' ');
}

static void add_rule(const struct want *want, const struct want_network *network,
		     size_t index, const struct ip_address *target, struct strbuf *out)
{
	const struct network_forward *row = &network->data->forward.items[index];
	char origin[ORIGIN_MAX];

	strbuf_addf(out, "meta nfproto %s ", target->family == AF_INET ? "ipv4" : "ipv6");
	add_sources(row, target->family, out);
	add_addresses(want, row, target->family, out);
	add_ports(row, out);
	add_target(row, target, out);
	strbuf_addf(out, " comment \"%.100s\"\n",
		    want_origin(network, "Forward", "Listen", index, origin));
}

/* By which interfaces such connections come. */
static void add_interfaces(const struct want *want, const struct want_network *network,
			   const struct network_forward *row, struct strbuf *out)
{
	struct nat_set set;

	if (!row->interface.count && row->hairpin)
		return;
	strbuf_adds(out, "iifname ");
	if (!row->interface.count) {
		strbuf_adds(out, "!= ");
		nat_add_inner(want, out);
	} else {
		nat_set_begin(&set, out);
		for (size_t i = 0; i < row->interface.count; i++)
			nat_set_link(&set, row->interface.items[i]);
		if (row->hairpin)
			nat_set_link(&set, network->bridge);
		nat_set_end(&set);
	}
	strbuf_addc(out, ' ');
}

static void add_output(const struct want *want, const struct want_network *network,
		       size_t index, const struct ip_address *target, struct strbuf *out)
{
	const struct network_forward *row = &network->data->forward.items[index];

	if (!row->hairpin)
		return;
	/* 127.0.0.1 is nobody's address outside: the kernel drops what comes from there. */
	strbuf_addf(out, "\t\t%s",
		    target->family == AF_INET ? "ip daddr != 127.0.0.0/8 "
					      : "ip6 daddr != ::1 ");
	add_rule(want, network, index, target, out);
}

void nat_add_forwards(const struct want *want, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf output;

	strbuf_init(&output, 0);
	strbuf_adds(out, "\tchain prerouting {\n"
			 "\t\ttype nat hook prerouting priority -100; policy accept;\n");
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		for (size_t j = 0; j < network->data->forward.count; j++) {
			const struct network_forward *row =
				&network->data->forward.items[j];
			const struct ip_address *target =
				want_forward_target(network, row);

			if (!target)
				continue; /* want_resolve has refused it */
			strbuf_adds(out, "\t\t");
			add_interfaces(want, network, row, out);
			add_rule(want, network, j, target, out);
			add_output(want, network, j, target, &output);
		}
	}
	strbuf_adds(out, "\t}\n");
	if (output.length)
		strbuf_addf(out,
			    "\tchain output {\n"
			    "\t\ttype nat hook output priority -100; policy accept;\n"
			    "%s\t}\n",
			    output.text);
}
