/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_text.c: members of a struct net as people write them, and back. */
#include <arpa/inet.h>
#include <ctype.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/net.h"
#include "lib/cleanup.h"

static const char *const kind_words[NET_KINDS] = {
	[NET_NIC] = "nic",         [NET_BRIDGE] = "bridge", [NET_TAP] = "tap",
	[NET_MACVTAP] = "macvtap", [NET_VLAN] = "vlan",     [NET_WIREGUARD] = "wireguard",
};

const char *net_kind_word(enum net_kind kind)
{
	return kind < NET_KINDS ? kind_words[kind] : "nic";
}

static const char *number_text(int family, const uint8_t *bytes, char text[])
{
	if (!inet_ntop(family, bytes, text, INET6_ADDRSTRLEN))
		strcpy(text, "?");
	return text;
}

const char *net_address_text(const struct net_address *address, char *text, size_t size)
{
	char own[INET6_ADDRSTRLEN], peer[INET6_ADDRSTRLEN];

	number_text(address->family, address->bytes, own);
	if (address->has_peer)
		snprintf(text, size, "%s peer %s/%u", own,
			 number_text(address->family, address->peer, peer),
			 address->prefix);
	else
		snprintf(text, size, "%s/%u", own, address->prefix);
	return text;
}

static const struct {
	unsigned type;
	const char *word;
} route_types[] = {
	{ RTN_BLACKHOLE, "blackhole " }, { RTN_UNREACHABLE, "unreachable " },
	{ RTN_PROHIBIT, "prohibit " },   { RTN_THROW, "throw " },
	{ RTN_LOCAL, "local " },
};

static const char *route_type(unsigned type)
{
	for (size_t i = 0; i < ARRAY_SIZE(route_types); i++)
		if (route_types[i].type == type)
			return route_types[i].word;
	return "";
}

static void write_destination(const struct net_route *route, struct strbuf *out)
{
	static const uint8_t zero[16];
	char number[INET6_ADDRSTRLEN];

	strbuf_adds(out, route_type(route->type));
	if (!route->prefix && !memcmp(route->to, zero, sizeof(zero)))
		strbuf_adds(out, "default");
	else
		strbuf_addf(out, "%s/%u", number_text(route->family, route->to, number),
			    route->prefix);
}

static void write_number(const char *word, unsigned value, struct strbuf *out)
{
	if (value)
		strbuf_addf(out, " %s %u", word, value);
}

const char *net_route_text(const struct net_route *route, char *text, size_t size)
{
	char number[INET6_ADDRSTRLEN];
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	write_destination(route, &out);
	if (route->has_via)
		strbuf_addf(
			&out, " via %s",
			number_text(route->via_family ? route->via_family : route->family,
				    route->via, number));
	if (*route->link)
		strbuf_addf(&out, " dev %s", route->link);
	if (route->has_source)
		strbuf_addf(&out, " src %s",
			    number_text(route->family, route->source, number));
	if (route->table != RT_TABLE_MAIN)
		write_number("table", route->table, &out);
	write_number("metric", route->metric, &out);
	write_number("mtu", route->mtu, &out);
	if (route->onlink)
		strbuf_adds(&out, " onlink");
	if (route->complex)
		strbuf_adds(&out, " ...");
	snprintf(text, size, "%s", out.text);
	return text;
}

const char *net_mac_text(const uint8_t mac[6], char text[18])
{
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return text;
}

/* ---- back ---- */

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at;

	at = isxdigit((unsigned char)c) ? strchr(digits, tolower((unsigned char)c))
					: NULL;
	return at ? at - digits : -1;
}

bool net_parse_mac(const char *text, uint8_t mac[6])
{
	uint8_t bytes[6];

	if (strlen(text) != 17)
		return false;
	for (int i = 0; i < 6; i++, text += 3) {
		int high = hex_digit(text[0]), low = hex_digit(text[1]);

		if (high < 0 || low < 0 || text[2] != (i < 5 ? ':' : '\0'))
			return false;
		bytes[i] = high << 4 | low;
	}
	memcpy(mac, bytes, sizeof(bytes));
	return true;
}

static bool parse_prefix(const char *text, unsigned maximum, unsigned *prefix)
{
	unsigned value = 0;

	if (!*text || strlen(text) > 3)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = 10 * value + (*text - '0');
	}
	*prefix = value;
	return value <= maximum;
}

bool net_parse_address(const char *text, int *family, uint8_t bytes[16], unsigned *prefix)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char number[INET6_ADDRSTRLEN];
	uint8_t parsed[16] = { 0 };

	if (length >= sizeof(number))
		return false;
	memcpy(number, text, length);
	number[length] = '\0';
	*family = strchr(number, ':') ? AF_INET6 : AF_INET;
	*prefix = *family == AF_INET6 ? 128 : 32;
	if (inet_pton(*family, number, parsed) != 1 ||
	    (slash && !parse_prefix(slash + 1, *prefix, prefix)))
		return false;
	memcpy(bytes, parsed, sizeof(parsed));
	return true;
}
