/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net.c: hardware and internet addresses. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
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
