/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_guard.c: guests send from their own addresses only, and are known to the host. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/nat_private.h"

static bool has_family(const struct want_guest *guest, uint16_t family)
{
	for (size_t i = 0; i < guest->address_count; i++)
		if (guest->addresses[i].family == family)
			return true;
	return false;
}

/* The guest's addresses behind what each may send from before it has one. */
static void add_own(const struct want_guest *guest, uint16_t family, const char *before,
		    struct strbuf *out)
{
	struct nat_set set;

	nat_set_begin(&set, out);
	nat_set_add(&set, before);
	for (size_t i = 0; i < guest->address_count; i++) {
		_cleanup_strbuf_ struct strbuf text;

		strbuf_init(&text, 0);
		ip_address_format(&guest->addresses[i], &text);
		if (guest->addresses[i].family == family)
			nat_set_add(&set, text.text);
	}
	nat_set_end(&set);
}

static void add_mac_rules(const struct want_guest *guest, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf mac;

	strbuf_init(&mac, 0);
	if (!guest->has_mac)
		return;
	mac_address_format(&guest->mac, &mac);
	strbuf_addf(out, "\t\tether saddr != %s drop\n", mac.text);
	strbuf_addf(out, "\t\tarp saddr ether != %s drop\n", mac.text);
}

/* nft before 1.0.7 has no word for the target of a neighbour advertisement: the 16 bytes
 * behind type, code, checksum and flags (RFC 4861, 4.4). */
static void add_neighbour_rule(const struct want_guest *guest, struct strbuf *out)
{
	struct nat_set set;
	char item[40];

	strbuf_adds(out,
		    "\t\ticmpv6 type nd-neighbor-advert @th,64,16 & 0xffc0 != 0xfe80 "
		    "@th,64,128 != ");
	nat_set_begin(&set, out);
	for (size_t i = 0; i < guest->address_count; i++) {
		if (guest->addresses[i].family != AF_INET6)
			continue;
		strcpy(item, "0x");
		for (int j = 0; j < 16; j++)
			snprintf(item + 2 + 2 * j, 3, "%02x",
				 guest->addresses[i].bytes[j]);
		nat_set_add(&set, item);
	}
	nat_set_end(&set);
	strbuf_adds(out, " drop\n");
}

static void add_ip_rules(const struct want_guest *guest, struct strbuf *out)
{
	if (has_family(guest, AF_INET)) {
		strbuf_adds(out, "\t\tarp saddr ip != ");
		add_own(guest, AF_INET, "0.0.0.0", out);
		strbuf_adds(out, " drop\n\t\tip saddr 0.0.0.0 udp sport 68 udp dport 67 "
				 "accept\n\t\tip saddr != ");
		add_own(guest, AF_INET, "0.0.0.0", out);
		strbuf_adds(out,
			    " drop\n\t\tip saddr 0.0.0.0 ip protocol != igmp drop\n");
	}
	if (has_family(guest, AF_INET6)) {
		add_neighbour_rule(guest, out);
		strbuf_adds(out, "\t\tip6 saddr != ");
		add_own(guest, AF_INET6, "::, fe80::/10", out);
		strbuf_adds(out, " drop\n");
	}
}

/* The address that a guest makes of a network's prefix and its hardware address where it is
 * told to (SLAAC, RFC 4291, appendix A). */
static struct ip_address eui64(const struct ip_prefix *network,
			       const struct mac_address *mac)
{
	struct ip_address ip = network->address;
	const uint8_t id[8] = {
		mac->bytes[0] ^ 2, mac->bytes[1], mac->bytes[2], 0xff, 0xfe,
		mac->bytes[3],     mac->bytes[4], mac->bytes[5]
	};

	memcpy(ip.bytes + 8, id, sizeof(id));
	return ip;
}

/* The guest with all that it may send from. */
static struct want_guest with_made(const struct want_network *network,
				   const struct want_guest *guest)
{
	struct want_guest all = *guest;

	for (size_t i = 0; has_family(guest, AF_INET6) && guest->has_mac &&
			   i < network->data->address.count;
	     i++) {
		const struct ip_prefix *own = &network->data->address.items[i].address;

		if (own->address.family == AF_INET6 && own->length == 64 &&
		    all.address_count < WANT_ADDRESSES)
			all.addresses[all.address_count++] = eui64(own, &guest->mac);
	}
	return all;
}

static void add_guard(const struct want_guest *guest, size_t number, struct strbuf *out)
{
	strbuf_addf(out, "\tchain guard_%zu {\n", number);
	add_mac_rules(guest, out);
	/* What is in a tag is not looked at. */
	if (!guest->row || !guest->row->trunk.count)
		strbuf_adds(out, "\t\tether type { 8021q, 8021ad } drop\n");
	/* Whoever answers as a router or server can be whoever it likes. */
	strbuf_adds(out, "\t\tudp sport { 67, 547 } drop\n"
			 "\t\ticmpv6 type { nd-router-advert, nd-redirect } drop\n");
	add_ip_rules(guest, out);
	strbuf_adds(out, "\t}\n");
}

static void add_marks(const struct want *want, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf taps;
	struct nat_set set;

	strbuf_init(&taps, 0);
	nat_set_begin(&set, &taps);
	for (size_t i = 0; i < want->count; i++)
		for (size_t j = 0;
		     nat_is_marked(&want->items[i]) && j < want->items[i].guest_count;
		     j++)
			if (*want->items[i].guests[j].tap)
				nat_set_link(&set, want->items[i].guests[j].tap);
	nat_set_end(&set);
	if (set.count)
		strbuf_addf(out,
			    "\t\tiifname %s meta mark set meta mark | " NAT_GUEST_MARK
			    "\n",
			    taps.text);
}

void nat_add_guards(const struct want *want, const char *comment, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf map;
	struct nat_set set;
	size_t number = 0;
	char item[64];

	strbuf_init(&map, 0);
	nat_begin_table("bridge", comment, out);
	nat_set_begin(&set, &map);
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		if (!network->data->firewall.anti_spoof)
			continue;
		for (size_t j = 0; j < network->guest_count; j++) {
			struct want_guest guest = with_made(network, &network->guests[j]);

			if (!*guest.tap)
				continue;
			snprintf(item, sizeof(item), "\"%s\" : jump guard_%zu", guest.tap,
				 number);
			nat_set_add(&set, item);
			add_guard(&guest, number++, out);
		}
	}
	nat_set_end(&set);
	strbuf_adds(out,
		    "\tchain prerouting {\n"
		    "\t\ttype filter hook prerouting priority -300; policy accept;\n");
	add_marks(want, out);
	if (set.count)
		strbuf_addf(out, "\t\tiifname vmap %s\n", map.text);
	strbuf_adds(out, "\t}\n}\n");
}
