/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_word.c: the smaller pieces of nft's language. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/nat_private.h"

const char *nat_word(const struct want_network *network, char word[NAT_WORD_SIZE])
{
	snprintf(word, NAT_WORD_SIZE, "%s", network->file->name);
	for (char *c = word; *c; c++)
		if (*c == '-')
			*c = '_';
	return word;
}

const char *nat_family(uint16_t family)
{
	return family == AF_INET6 ? "ip6" : "ip";
}

void nat_set_begin(struct nat_set *set, struct strbuf *out)
{
	*set = (struct nat_set){ .out = out };
	strbuf_adds(out, "{ ");
}

void nat_set_add(struct nat_set *set, const char *item)
{
	strbuf_addf(set->out, "%s%s", set->count++ ? ", " : "", item);
}

void nat_set_link(struct nat_set *set, const char *link)
{
	strbuf_addf(set->out, "%s\"%s\"", set->count++ ? ", " : "", link);
}

void nat_set_end(struct nat_set *set)
{
	strbuf_adds(set->out, " }");
}

bool nat_add_inner(const struct want *want, struct strbuf *out)
{
	size_t before = out->length;
	struct nat_set set;

	nat_set_begin(&set, out);
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		if (*network->bridge &&
		    network->data->network.mode != network_network_mode_public)
			nat_set_link(&set, network->bridge);
		if (*network->vpn)
			nat_set_link(&set, network->vpn);
	}
	nat_set_end(&set);
	if (!set.count)
		strbuf_truncate(out, before);
	return set.count > 0;
}

bool nat_add_prefixes(const struct ip_prefix *items, size_t count, uint16_t family,
		      struct strbuf *out)
{
	size_t before = out->length;
	struct nat_set set;

	nat_set_begin(&set, out);
	for (size_t i = 0; i < count; i++) {
		struct ip_prefix network = ip_prefix_network(&items[i]);
		_cleanup_strbuf_ struct strbuf text;
		bool within = false;

		strbuf_init(&text, 0);
		for (size_t j = 0; j < count; j++)
			within |= j != i && ip_prefix_overlaps(&items[i], &items[j]) &&
				  (items[j].length < items[i].length ||
				   (items[j].length == items[i].length && j < i));
		if (within || items[i].address.family != family)
			continue;
		ip_prefix_format(&network, &text);
		nat_set_add(&set, text.text);
	}
	nat_set_end(&set);
	if (!set.count)
		strbuf_truncate(out, before);
	return set.count > 0;
}

size_t nat_own_subnets(const struct want_network *network, struct ip_prefix *items)
{
	size_t count = 0;

	for (size_t i = 0; i < network->data->address.count && count < NAT_SUBNETS; i++) {
		const struct network_address *row = &network->data->address.items[i];

		if (row->address.address.family && !*row->interface)
			items[count++] = row->address;
	}
	return count;
}

size_t nat_subnets(const struct want_network *network, struct ip_prefix *items)
{
	const struct network_nat *nat = &network->data->nat;
	size_t count = 0, kept = 0;

	if (!nat->subnet.count) {
		count = nat_own_subnets(network, items);
		for (size_t i = 0; i < count; i++)
			if (items[i].address.family == AF_INET ||
			    ip_is_unique_local(&items[i].address))
				items[kept++] = items[i];
		return kept;
	}
	for (size_t i = 0; i < nat->subnet.count && count < NAT_SUBNETS; i++)
		items[count++] = nat->subnet.items[i];
	return count;
}

size_t nat_vpn_subnets(const struct want_network *network, struct ip_prefix *items)
{
	const struct network_wireguard *vpn = &network->data->wireguard;
	size_t count = 0;

	for (size_t i = 0; i < vpn->address.count && count < NAT_SUBNETS; i++)
		items[count++] = vpn->address.items[i];
	return count;
}
