/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net.h: hardware and internet addresses. */
#ifndef BEDPLATE_LIB_VALUE_NET_H
#define BEDPLATE_LIB_VALUE_NET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/err.h"
#include "lib/strbuf.h"

/* An Ethernet address. All zero: none. */
struct mac_address {
	uint8_t bytes[6];
};

/* Reads six pairs of hexadecimal digits parted by ':' or '-'. */
int mac_address_parse(const char *text, struct mac_address *mac, struct err *err);

/* Adds it in lower case with ':'; nothing where none is set. */
void mac_address_format(const struct mac_address *mac, struct strbuf *out);

/* An IPv4 or IPv6 address in network order. All zero: none. */
struct ip_address {
	uint16_t family; /* AF_INET, AF_INET6, or 0 */
	uint8_t bytes[16];
};

int ip_address_parse(const char *text, struct ip_address *ip, struct err *err);
void ip_address_format(const struct ip_address *ip, struct strbuf *out);

/* The same for a message; `text` is returned. */
enum { IP_TEXT_SIZE = 64 };
const char *ip_address_text(const struct ip_address *ip, char text[IP_TEXT_SIZE]);

/* An address and the length of its network's prefix; the bits behind the prefix are kept,
 * so that 10.0.0.1/24 is also an interface's address. All zero: none. */
struct ip_prefix {
	struct ip_address address;
	uint8_t length;
};

/* Reads ADDRESS/LENGTH. */
int ip_prefix_parse(const char *text, struct ip_prefix *prefix, struct err *err);
void ip_prefix_format(const struct ip_prefix *prefix, struct strbuf *out);

/* The network that the address is in, for a message; `text` is returned. */
const char *ip_prefix_network_text(const struct ip_prefix *prefix,
				   char text[IP_TEXT_SIZE]);

/* Reads ADDRESS/LENGTH, an address alone as the network of itself, and "default" as all
 * zero: every address. Refuses bits behind the prefix, as they are a mistake here. */
int ip_network_parse(const char *text, struct ip_prefix *network, struct err *err);
void ip_network_format(const struct ip_prefix *network, struct strbuf *out);

/* Addresses from one to another of the same family. All zero: none. */
struct ip_range {
	struct ip_address first, last;
};

/* Reads ADDRESS-ADDRESS, or an address alone. */
int ip_range_parse(const char *text, struct ip_range *range, struct err *err);
void ip_range_format(const struct ip_range *range, struct strbuf *out);

/* The length of an address of the family: 4 or 16 bytes; 0 of any other. */
static inline unsigned ip_size(int family)
{
	return family == AF_INET6 ? 16 : family == AF_INET ? 4 : 0;
}

/* memcmp(3)'s order; families apart. */
int ip_compare(const struct ip_address *a, const struct ip_address *b);

/* Whether the address is one of the prefix's network. A family 0 prefix has all of them. */
bool ip_prefix_has(const struct ip_prefix *prefix, const struct ip_address *ip);

/* Whether two networks have an address in common. */
bool ip_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b);

/* The network's lowest and highest address: the bits behind the prefix cleared or set. */
struct ip_prefix ip_prefix_network(const struct ip_prefix *prefix);
struct ip_address ip_prefix_last(const struct ip_prefix *prefix);

/* Whether it is for one host: no multicast, loopback, unspecified or broadcast address. */
bool ip_is_host(const struct ip_address *ip);

/* Whether it is a network's number or its broadcast address, which no host may have (IPv4
 * only; with a prefix of 31 or 32 there are none, RFC 3021). */
bool ip_is_reserved_in(const struct ip_address *ip, const struct ip_prefix *prefix);

/* fc00::/7 (RFC 4193) and fe80::/10. */
bool ip_is_unique_local(const struct ip_address *ip);
bool ip_is_link_local(const struct ip_address *ip);

#endif
