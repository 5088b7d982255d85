/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_check_use.c: guests, ports, VLANs and names of networks that contradict one another. */
#include <stdio.h>
#include <string.h>

#include "host-prep/want_claim.h"
#include "lib/nearest.h"
#include "lib/schema/network_rule.h"

/* ---- what guests have ---- */

static const struct ip_address *common_address(const struct want_guest *a,
					       const struct want_guest *b)
{
	for (size_t i = 0; i < a->address_count; i++)
		for (size_t j = 0; j < b->address_count; j++)
			if (ip_compare(&a->addresses[i], &b->addresses[j]) == 0)
				return &a->addresses[i];
	return NULL;
}

static void check_guest_pair(const struct want_guest *first,
			     const struct want_guest *second, bool same_network,
			     struct conf_errors *errors)
{
	const struct ip_address *ip = common_address(first, second);
	struct want_claim claim = { .origin = second->origin };
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (first->has_mac && second->has_mac &&
	    memcmp(&first->mac, &second->mac, sizeof(first->mac)) == 0) {
		strbuf_adds(&text, "hardware address ");
		mac_address_format(&first->mac, &text);
		want_report(errors, claim, "each guest needs its own (Mac=)",
			    "the %s is also that of %s", text.text, first->origin);
		return;
	}
	if (ip) {
		strbuf_adds(&text, "address ");
		ip_address_format(ip, &text);
		want_report(errors, claim, "each guest needs its own",
			    "the %s is also that of %s", text.text, first->origin);
	}
	if (same_network && *first->name && strcmp(first->name, second->name) == 0 &&
	    (!*first->guest || strcmp(first->guest, second->guest) != 0)) {
		strbuf_truncate(&text, 0);
		strbuf_addf(&text, "DNS name %s", first->name);
		want_report(errors, claim, "each needs its own (Name=)",
			    "the %s is also that of %s", text.text, first->origin);
	}
}

static void check_guests(const struct want *want, struct conf_errors *errors)
{
	for (size_t i = 0; i < want->count; i++)
		for (size_t j = 0; j < want->items[i].guest_count; j++)
			for (size_t k = 0; k <= i; k++)
				for (size_t l = 0;
				     l < (k < i ? want->items[k].guest_count : j); l++)
					check_guest_pair(&want->items[k].guests[l],
							 &want->items[i].guests[j],
							 k == i, errors);
}

/* ---- ports of the host ---- */

static bool takes_port(const struct network_forward *row, int64_t port)
{
	return (row->listen.protocols & PORT_UDP) && row->listen.first <= port &&
	       port <= row->listen.last && !row->from.count && !row->address.count &&
	       !row->interface.count;
}

static void check_vpn_port(const struct want *want, size_t index,
			   struct conf_errors *errors)
{
	const struct want_network *network = &want->items[index];
	int64_t port = network->data->wireguard.listen_port;
	struct want_claim claim = { network, "WireGuard", "ListenPort", 0, NULL };
	char origin[ORIGIN_MAX];

	if (!*network->vpn || !port)
		return;
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *other = &want->items[i];

		if (i < index && *other->vpn &&
		    other->data->wireguard.listen_port == port)
			want_report(
				errors, claim, "give them different ports",
				"the UDP port %d is also that of %s", (int)port,
				want_origin(other, "WireGuard", "ListenPort", 0, origin));
		for (size_t j = 0; j < other->data->forward.count; j++)
			if (takes_port(&other->data->forward.items[j], port))
				want_report(errors, claim, "give them different ports",
					    "the UDP port %d is forwarded (%s)",
					    (int)port,
					    want_origin(other, "Forward", "Listen", j,
							origin));
	}
}

static void check_forwards(const struct want *want, size_t first, size_t second,
			   struct conf_errors *errors)
{
	const struct want_network *a = &want->items[first], *b = &want->items[second];
	char origin[ORIGIN_MAX];

	for (size_t i = 0; i < a->data->forward.count; i++)
		for (size_t j = 0; j < b->data->forward.count; j++)
			if (network_forwards_clash(&a->data->forward.items[i],
						   &b->data->forward.items[j]))
				want_report(
					errors,
					(struct want_claim){ b, "Forward", "Listen", j,
							     NULL },
					"other ports, other sources (From=), or another "
					"of the host's addresses (Address=)",
					"%s has these ports already",
					want_origin(a, "Forward", "Listen", i, origin));
}

/* To=web:22 needs an address that web surely has. */
static void check_forward_guests(const struct want_network *network,
				 struct conf_errors *errors)
{
	for (size_t i = 0; i < network->data->forward.count; i++) {
		const char *name = network->data->forward.items[i].to.name;
		const struct want_guest *guest = want_find_guest(network, name);
		struct want_claim claim = { network, "Forward", "To", i, NULL };

		if (!*name)
			continue;
		if (!guest)
			want_report(errors, claim,
				    "[Lease] or the guest's file says its name",
				    "there is no guest %s in this network", name);
		else if (!guest->address_count)
			want_report(errors, claim, "give it one by [Lease]",
				    "no address is known of the guest %s", name);
		else if (!want_forward_target(network, &network->data->forward.items[i]))
			want_report(errors, claim, "all IPv4, or all IPv6",
				    "From= or Address= is of another family than any "
				    "address of the guest %s",
				    name);
	}
}

/* ---- names of networks ---- */

static void check_network_name(const struct want *want, struct want_claim claim,
			       const char *name, struct conf_errors *errors)
{
	struct nearest near = { .word = name };
	char hint[NETWORK_NAME_MAX + 24] = "it is NAME of network/NAME.conf";

	if (want_find(want, name) || want_leaves_out(want, name))
		return;
	for (size_t i = 0; i < want->count; i++)
		nearest_offer(&near, want->items[i].file->name);
	if (near.best)
		snprintf(hint, sizeof(hint), "did you mean %s?", near.best);
	want_report(errors, claim, hint, "there is no network %.80s", name);
}

static void check_network_names(const struct want *want, struct conf_errors *errors)
{
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];
		const struct network_conf *data = network->data;

		for (size_t j = 0; j < data->firewall.reach.count; j++)
			check_network_name(want,
					   (struct want_claim){ network, "Firewall",
								"Reach", 0, NULL },
					   data->firewall.reach.items[j], errors);
		for (size_t j = 0; j < data->wireguard.networks.count; j++)
			check_network_name(want,
					   (struct want_claim){ network, "WireGuard",
								"Networks", 0, NULL },
					   data->wireguard.networks.items[j], errors);
	}
}

static void check_guest_networks(const struct want *want, const struct guests *guests,
				 struct conf_errors *errors)
{
	for (size_t i = 0; i < guests->count; i++) {
		const struct guest *guest = &guests->items[i];

		for (size_t j = 0; j < guest->data->nic.count; j++) {
			const char *name = guest->data->nic.items[j].network;
			const struct want_network *network = want_find(want, name);
			struct nearest near = { .word = name };
			struct err err = ERR_INIT;

			if (!*name || (network && *network->bridge) ||
			    want_leaves_out(want, name))
				continue;
			conf_fail(guest->conf, "Nic", "Network", j, &err,
				  network ? "the network %.80s has no bridge (Mode=none)"
					  : "there is no network %.80s",
				  name);
			for (size_t k = 0; !network && k < want->count; k++)
				nearest_offer(&near, want->items[k].file->name);
			err_hint(&err,
				 near.best ? "did you mean %s?" : "%.0ssee network/",
				 near.best ? near.best : "");
			conf_errors_add(errors, &err);
		}
	}
}

/* ---- VLANs ---- */

static void check_vlan_ids(const struct want *want, size_t index,
			   struct conf_errors *errors)
{
	const struct want_network *network = &want->items[index];

	for (size_t i = 0; i < network->vlan_count; i++)
		for (size_t j = 0; j <= index; j++) {
			const struct want_network *other = &want->items[j];
			size_t end = j < index ? other->vlan_count : i;

			for (size_t k = 0; k < end; k++)
				if (!strcmp(other->vlans[k].parent,
					    network->vlans[i].parent) &&
				    other->data->vlan.items[k].id ==
					    network->data->vlan.items[i].id)
					want_report(
						errors,
						(struct want_claim){ network, "Vlan",
								     "Id", i, NULL },
						"one interface is enough",
						"the VLAN %d of %s is also that of %s",
						(int)network->data->vlan.items[i].id,
						network->vlans[i].parent,
						other->vlans[k].origin);
		}
}

/* ---- macvtaps ---- */

static void check_macvtap_pair(const struct want_network *network, size_t i,
			       const struct want_network *other, size_t j,
			       struct conf_errors *errors)
{
	const struct network_macvtap *row = &network->data->macvtap.items[i];
	const struct network_macvtap *first = &other->data->macvtap.items[j];
	const struct want_upper *macvtap = &network->macvtaps[i];
	struct want_claim claim = { network, "Macvtap", "Parent", i, NULL };
	static const uint8_t no_mac[6];
	char mac[18];

	if (strcmp(macvtap->parent, other->macvtaps[j].parent))
		return;
	if (row->mode == network_macvtap_mode_passthru ||
	    first->mode == network_macvtap_mode_passthru)
		want_report(errors, claim, "Mode=bridge in each lets them share it",
			    "with Mode=passthru %s is one guest's alone, and %s is on it",
			    macvtap->parent, other->macvtaps[j].origin);
	claim.key = "Mac";
	if (memcmp(row->mac.bytes, no_mac, sizeof(no_mac)) &&
	    !memcmp(first->mac.bytes, row->mac.bytes, sizeof(no_mac)))
		want_report(errors, claim, "each guest needs its own",
			    "the hardware address %s is also that of %s",
			    net_mac_text(row->mac.bytes, mac), other->macvtaps[j].origin);
}

/* An interface has one owner of the frames that come in: the bridge or the macvtaps. */
static void check_macvtap_port(const struct want_network *network, size_t i,
			       const struct want_network *other,
			       struct conf_errors *errors)
{
	struct want_claim claim = { network, "Macvtap", "Parent", i, NULL };

	for (size_t j = 0; j < other->port_count; j++)
		if (!strcmp(network->macvtaps[i].parent, other->ports[j].name))
			want_report(errors, claim,
				    "a tap in that bridge, or another interface",
				    "%s is a port in %s, too", other->ports[j].name,
				    other->ports[j].origin);
}

static void check_macvtaps(const struct want *want, size_t index,
			   struct conf_errors *errors)
{
	const struct want_network *network = &want->items[index];

	for (size_t i = 0; i < network->macvtap_count; i++)
		for (size_t j = 0; j < want->count; j++) {
			const struct want_network *other = &want->items[j];
			size_t end = j < index ? other->macvtap_count : i;

			check_macvtap_port(network, i, other, errors);
			for (size_t k = 0; j <= index && k < end; k++)
				check_macvtap_pair(network, i, other, k, errors);
		}
}

void want_check_uses(const struct want *want, const struct guests *guests,
		     struct conf_errors *errors)
{
	check_guests(want, errors);
	check_network_names(want, errors);
	check_guest_networks(want, guests, errors);
	for (size_t i = 0; i < want->count; i++) {
		check_vpn_port(want, i, errors);
		check_vlan_ids(want, i, errors);
		check_macvtaps(want, i, errors);
		check_forward_guests(&want->items[i], errors);
		for (size_t j = 0; j < i; j++)
			check_forwards(want, j, i, errors);
	}
}
