/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_addresses.c: addresses of the networks that another machine has, too.
 *
 * The kernel asks by itself for IPv6 (duplicate address detection) and leaves the address
 * unused; for IPv4 nobody asks but this.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/arp.h"
#include "host-prep/check.h"
#include "lib/cleanup.h"

/* ---- IPv6 ---- */

static void check_found_twice(const struct check_context *context,
			      struct findings *findings)
{
	for (size_t i = 0; i < context->have->address_count; i++) {
		const struct net_address *address = &context->have->addresses[i];
		char text[NET_ADDRESS_TEXT];

		if (!address->dad_failed || !want_has_link(context->want, address->link))
			continue;
		finding_add(findings, CHECK_PROBLEM,
			    "another machine has the address %s of %s: the kernel leaves "
			    "it unused",
			    net_address_text(address, text, sizeof(text)), address->link);
		finding_advise(
			findings,
			"give one of them another, then: ip address del %s dev %s, "
			"and `bedplate host-prep up network`",
			text, address->link);
	}
}

/* ---- IPv4 ---- */

struct question {
	const struct want_network *network;
	size_t index; /* of [Address] */
	const char *link;
};

static const struct net_link *link_that_is_up(const struct net *have, const char *name)
{
	const struct net_link *link = net_find_link(have, name);

	return link && link->up && link->has_mac && !link->loopback ? link : NULL;
}

/* Where the address is or, before `up`, where it is going to be. */
static const struct net_link *find_link(const struct net *have,
					const struct want_network *network, size_t index)
{
	const char *own = network->data->address.items[index].interface;
	const struct net_link *link = link_that_is_up(have, *own ? own : network->bridge);

	for (size_t i = 0; !link && !*own && i < network->port_count; i++)
		link = link_that_is_up(have, network->ports[i].name);
	return link;
}

static size_t collect(const struct check_context *context, struct question *questions,
		      struct arp_probe *probes)
{
	size_t count = 0;

	for (size_t i = 0; i < context->want->count; i++) {
		const struct want_network *network = &context->want->items[i];

		for (size_t j = 0; j < network->data->address.count; j++) {
			const struct ip_address *ip =
				&network->data->address.items[j].address.address;
			const struct net_link *link =
				find_link(context->have, network, j);

			if (ip->family != AF_INET || !link)
				continue;
			questions[count] = (struct question){ network, j, link->name };
			probes[count] = (struct arp_probe){ .link = link->index };
			memcpy(probes[count].mac, link->mac, 6);
			memcpy(probes[count].ip, ip->bytes, 4);
			count++;
		}
	}
	return count;
}

static size_t count_addresses(const struct want *want)
{
	size_t count = 0;

	for (size_t i = 0; i < want->count; i++)
		count += want->items[i].data->address.count;
	return count;
}

static void tell(const struct question *question, const struct arp_probe *probe,
		 struct findings *findings)
{
	const struct ip_address *ip =
		&question->network->data->address.items[question->index].address.address;
	const uint8_t *by = probe->by;
	_cleanup_strbuf_ struct strbuf text;
	char origin[ORIGIN_MAX];

	strbuf_init(&text, 0);
	ip_address_format(ip, &text);
	finding_add(
		findings, CHECK_PROBLEM,
		"another machine, %02x:%02x:%02x:%02x:%02x:%02x, has the address %s of "
		"%s (%s)",
		by[0], by[1], by[2], by[3], by[4], by[5], text.text, question->link,
		want_origin(question->network, "Address", "Address", question->index,
			    origin));
	finding_advise(findings, "give one of them another");
}

static void ask(const struct check_context *context, struct findings *findings)
{
	size_t most = count_addresses(context->want) + 1, count;
	_cleanup_free_ struct question *questions = calloc(most, sizeof(*questions));
	_cleanup_free_ struct arp_probe *probes = calloc(most, sizeof(*probes));
	struct err err = ERR_INIT;

	if (!questions || !probes) {
		findings->overflow = true;
		return;
	}
	count = collect(context, questions, probes);
	if (arp_ask(probes, count, &err))
		finding_add(findings, CHECK_NOTE,
			    "whether other machines have our addresses is not known: %s",
			    err.text);
	for (size_t i = 0; i < count; i++)
		/* A cable between two of our own bridges is what check_bridges is for. */
		if (probes[i].taken && !check_is_own_mac(context->have, probes[i].by))
			tell(&questions[i], &probes[i], findings);
}

void check_addresses(const struct check_context *context, struct findings *findings)
{
	if (!context->have)
		return;
	check_found_twice(context, findings);
	ask(context, findings);
}
