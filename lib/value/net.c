/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net.c: hardware and internet addresses. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/value/net.h"

static bool is_hex_pair(const char *text)
{
	return isxdigit((unsigned char)text[0]) && isxdigit((unsigned char)text[1]);
}

static bool read_mac(const char *text, uint8_t bytes[6])
{
	char mark = ':';

	for (int i = 0; i < 6; i++, text += 3) {
		char pair[3];

		if (!is_hex_pair(text))
			return false;
		memcpy(pair, text, 2);
		pair[2] = '\0';
		bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
		if (i == 0 && text[2] == '-')
			mark = '-';
		if (text[2] != (i < 5 ? mark : '\0'))
			return false;
	}
	return true;
}

int mac_address_parse(const char *text, struct mac_address *mac, struct err *err)
{
	static const struct mac_address none;
	struct mac_address read;

	if (!read_mac(text, read.bytes) || memcmp(&read, &none, sizeof(none)) == 0)
		return err_set(
			err, EINVAL,
			"\"%.80s\" is not a hardware address such as 52:54:00:12:34:56",
			text);
	*mac = read;
	return 0;
}

void mac_address_format(const struct mac_address *mac, struct strbuf *out)
{
	static const struct mac_address none;
	const uint8_t *b = mac->bytes;

	if (memcmp(mac, &none, sizeof(none)) != 0)
		strbuf_addf(out, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3],
			    b[4], b[5]);
}

static bool read_ip(const char *text, struct ip_address *ip)
{
	*ip = (struct ip_address){ .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	return inet_pton(ip->family, text, ip->bytes) == 1;
}

int ip_address_parse(const char *text, struct ip_address *ip, struct err *err)
{
	struct ip_address read;

	if (!read_ip(text, &read))
		return err_set(
			err, EINVAL,
			"\"%.80s\" is not an IP address such as 192.0.2.1 or 2001:db8::1",
			text);
	*ip = read;
	return 0;
}

void ip_address_format(const struct ip_address *ip, struct strbuf *out)
{
	char text[INET6_ADDRSTRLEN];

	if (ip->family && inet_ntop(ip->family, ip->bytes, text, sizeof(text)))
		strbuf_adds(out, text);
}

static bool read_prefix(const char *text, struct ip_prefix *prefix)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t digits = slash ? strspn(slash + 1, "0123456789") : 0;
	unsigned long length;

	if (digits < 1 || digits > 3 || slash[1 + digits])
		return false;
	if ((size_t)(slash - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	length = strtoul(slash + 1, NULL, 10);
	if (!read_ip(address, &prefix->address))
		return false;
	prefix->length = (uint8_t)length;
	return length <= (prefix->address.family == AF_INET ? 32 : 128);
}

int ip_prefix_parse(const char *text, struct ip_prefix *prefix, struct err *err)
{
	struct ip_prefix read;

	if (!read_prefix(text, &read))
		return err_set(err, EINVAL,
			       "\"%.80s\" is not an address with a prefix length such as "
			       "192.0.2.1/24 or 2001:db8::1/64",
			       text);
	*prefix = read;
	return 0;
}

void ip_prefix_format(const struct ip_prefix *prefix, struct strbuf *out)
{
	if (!prefix->address.family)
		return;
	ip_address_format(&prefix->address, out);
	strbuf_addf(out, "/%u", prefix->length);
}

const char *ip_address_text(const struct ip_address *ip, char text[IP_TEXT_SIZE])
{
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	ip_address_format(ip, &out);
	snprintf(text, IP_TEXT_SIZE, "%s", out.text);
	return text;
}

const char *ip_prefix_network_text(const struct ip_prefix *prefix,
				   char text[IP_TEXT_SIZE])
{
	struct ip_prefix network = ip_prefix_network(prefix);
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	ip_prefix_format(&network, &out);
	snprintf(text, IP_TEXT_SIZE, "%s", out.text);
	return text;
}

int ip_compare(const struct ip_address *a, const struct ip_address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* The bits of byte number `index` that a prefix of this length has. */
static uint8_t mask_byte(unsigned length, unsigned index)
{
	if (length >= 8 * (index + 1))
		return 0xff;
	return length <= 8 * index ? 0 : (uint8_t)(0xff00 >> (length - 8 * index));
}

bool ip_prefix_has(const struct ip_prefix *prefix, const struct ip_address *ip)
{
	const struct ip_address *network = &prefix->address;

	if (!network->family)
		return true;
	for (unsigned i = 0; i < ip_size(ip->family); i++)
		if ((network->bytes[i] ^ ip->bytes[i]) & mask_byte(prefix->length, i))
			return false;
	return network->family == ip->family;
}

bool ip_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->length < b->length ? ip_prefix_has(a, &b->address)
				     : ip_prefix_has(b, &a->address);
}

struct ip_prefix ip_prefix_network(const struct ip_prefix *prefix)
{
	struct ip_prefix network = *prefix;

	for (unsigned i = 0; i < ip_size(network.address.family); i++)
		network.address.bytes[i] &= mask_byte(prefix->length, i);
	return network;
}

struct ip_address ip_prefix_last(const struct ip_prefix *prefix)
{
	struct ip_address last = prefix->address;

	for (unsigned i = 0; i < ip_size(last.family); i++)
		last.bytes[i] |= (uint8_t)~mask_byte(prefix->length, i);
	return last;
}

bool ip_is_host(const struct ip_address *ip)
{
	static const uint8_t nothing[15];

	if (ip->family == AF_INET)
		return ip->bytes[0] != 0 && ip->bytes[0] != 127 && ip->bytes[0] < 224;
	if (ip->family != AF_INET6 || ip->bytes[0] == 0xff)
		return false;
	return memcmp(ip->bytes, nothing, sizeof(nothing)) != 0 || ip->bytes[15] > 1;
}

bool ip_is_reserved_in(const struct ip_address *ip, const struct ip_prefix *prefix)
{
	struct ip_prefix network = ip_prefix_network(prefix);
	struct ip_address last = ip_prefix_last(prefix);

	if (ip->family != AF_INET || prefix->length > 30)
		return false;
	return ip_compare(ip, &network.address) == 0 || ip_compare(ip, &last) == 0;
}

bool ip_is_unique_local(const struct ip_address *ip)
{
	return ip->family == AF_INET6 && (ip->bytes[0] & 0xfe) == 0xfc;
}

bool ip_is_link_local(const struct ip_address *ip)
{
	return ip->family == AF_INET6 && ip->bytes[0] == 0xfe &&
	       (ip->bytes[1] & 0xc0) == 0x80;
}

int ip_network_parse(const char *text, struct ip_prefix *network, struct err *err)
{
	struct ip_prefix read = { .length = 0 }, plain;

	if (strcmp(text, "default") == 0) {
		*network = read;
		return 0;
	}
	if (read_ip(text, &read.address))
		read.length = (uint8_t)(8 * ip_size(read.address.family));
	else if (!read_prefix(text, &read))
		return err_set(err, EINVAL,
			       "\"%.80s\" is not a network such as 192.0.2.0/24, nor an "
			       "address",
			       text);
	plain = ip_prefix_network(&read);
	if (ip_compare(&plain.address, &read.address) != 0) {
		_cleanup_strbuf_ struct strbuf right;

		strbuf_init(&right, 0);
		ip_prefix_format(&plain, &right);
		err_set(err, EINVAL,
			"%.80s has bits behind its prefix: a host or a network?", text);
		err_hint(err, "the network is %s", right.text);
		return -EINVAL;
	}
	*network = read;
	return 0;
}

void ip_network_format(const struct ip_prefix *network, struct strbuf *out)
{
	if (network->address.family)
		ip_prefix_format(network, out);
	else
		strbuf_adds(out, "default");
}

static bool read_range(const char *text, struct ip_range *range)
{
	char first[INET6_ADDRSTRLEN];
	const char *dash = strchr(text, '-');
	size_t length = dash ? (size_t)(dash - text) : strlen(text);

	if (length >= sizeof(first))
		return false;
	memcpy(first, text, length);
	first[length] = '\0';
	return read_ip(first, &range->first) &&
	       read_ip(dash ? dash + 1 : first, &range->last) &&
	       range->first.family == range->last.family;
}

int ip_range_parse(const char *text, struct ip_range *range, struct err *err)
{
	struct ip_range read;

	if (!read_range(text, &read))
		return err_set(err, EINVAL,
			       "\"%.80s\" is not a range of addresses such as "
			       "192.0.2.100-192.0.2.199",
			       text);
	if (ip_compare(&read.first, &read.last) > 0) {
		err_set(err, EINVAL, "the range %.80s ends before it begins", text);
		err_hint(err, "write the lower address first");
		return -EINVAL;
	}
	*range = read;
	return 0;
}

void ip_range_format(const struct ip_range *range, struct strbuf *out)
{
	ip_address_format(&range->first, out);
	if (ip_compare(&range->first, &range->last) == 0)
		return;
	strbuf_addc(out, '-');
	ip_address_format(&range->last, out);
}
