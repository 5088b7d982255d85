/* SPDX-License-Identifier: GPL-2.0-or-later */
/* network_rule.h: what the rules of a network file share. */
#ifndef BEDPLATE_LIB_SCHEMA_NETWORK_RULE_H
#define BEDPLATE_LIB_SCHEMA_NETWORK_RULE_H

#include <stdbool.h>

#include "lib/schema/network.h"

/* The prefix of the bridge's own address in whose network the address is, or NULL. */
const struct ip_prefix *network_subnet(const struct network_conf *data,
				       const struct ip_address *ip);

/* Whether the host has an address of the family (0: of any) in the network that stands in
 * the file. */
bool network_has_address(const struct network_conf *data, uint16_t family);

/* Whether the network gets a DHCP and DNS server. */
bool network_has_server(const struct network_conf *data);

/* An address that a guest may have: in one of the bridge's networks, no number or broadcast
 * address of it, and not the host's own. 0, or -EINVAL with the reason. */
int network_check_guest_address(const struct network_conf *data,
				const struct ip_address *ip, struct err *err);

/* A text as a DNS label: letters, digits and - inside, 63 at most. With `dots` several. */
bool network_is_dns_name(const char *name, bool dots);

/* Whether the second never gets a connection, or some never, because of the first. */
bool network_forwards_clash(const struct network_forward *first,
			    const struct network_forward *second);

/* 32 bytes in base64, as wg(8) writes keys. */
bool network_is_wireguard_key(const char *text);

#endif
