/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net.h: hardware and internet addresses. */
#ifndef BEDPLATE_LIB_VALUE_NET_H
#define BEDPLATE_LIB_VALUE_NET_H

#include <stdbool.h>
#include <stdint.h>

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

/* An address and the length of its network's prefix; the bits behind the prefix are kept,
 * so that 10.0.0.1/24 is also an interface's address. All zero: none. */
struct ip_prefix {
	struct ip_address address;
	uint8_t length;
};

/* Reads ADDRESS/LENGTH. */
int ip_prefix_parse(const char *text, struct ip_prefix *prefix, struct err *err);
void ip_prefix_format(const struct ip_prefix *prefix, struct strbuf *out);

#endif
