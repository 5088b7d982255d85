/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_private.h: what the files that write nft's language share. */
#ifndef BEDPLATE_HOST_PREP_NAT_PRIVATE_H
#define BEDPLATE_HOST_PREP_NAT_PRIVATE_H

#include "host-prep/nat.h"

/* A network's name as part of an identifier: a - is none of their letters, and _ none of the
 * names'. */
enum { NAT_WORD_SIZE = NETWORK_NAME_MAX + 1 };
const char *nat_word(const struct want_network *network, char word[NAT_WORD_SIZE]);

/* Items of a set: { a, b }. Started and ended by hand: nat_set_begin, nat_set_add, ... */
struct nat_set {
	struct strbuf *out;
	size_t count;
};
void nat_set_begin(struct nat_set *set, struct strbuf *out);
void nat_set_add(struct nat_set *set, const char *item);
void nat_set_link(struct nat_set *set, const char *link); /* with quotes */
void nat_set_end(struct nat_set *set);

/* The bridges and VPNs of the networks that are the host's inner side, as a set. False,
 * with nothing written, where there are none. */
bool nat_add_inner(const struct want *want, struct strbuf *out);

/* Prefixes of one family as a set, without those that are within others (which nft refuses).
 * False, with nothing written, where there are none. */
bool nat_add_prefixes(const struct ip_prefix *items, size_t count, uint16_t family,
		      struct strbuf *out);

/* "ip" and "ip6". */
const char *nat_family(uint16_t family);

/* The networks' own subnets of a family whose addresses are replaced on the way out, and
 * that packets of a VPN come from. Return the count; `items` has room for NAT_SUBNETS. */
enum { NAT_SUBNETS = 64 };
size_t nat_subnets(const struct want_network *network, struct ip_prefix *items);
size_t nat_vpn_subnets(const struct want_network *network, struct ip_prefix *items);
size_t nat_own_subnets(const struct want_network *network, struct ip_prefix *items);

/* A table's first lines: they fail where there is one already. Two, as nft 1.0.6 keeps only the
 * comment of what create has in its braces. */
void nat_begin_table(const char *family, const char *comment, struct strbuf *out);

/* Whether the network has a guest on a tap that files name. */
bool nat_has_taps(const struct want_network *network);

/* Whether what its guests send carries a mark, for the host to know it from what comes in by the
 * bridge's ports: in a public network with Host=services. A bit that Kubernetes, Calico and
 * Tailscale do not use. */
#define NAT_GUEST_MARK "0x00001000"
bool nat_is_marked(const struct want_network *network);

/* Whether the inet table has anything to say of the network. */
bool nat_has_rules(const struct want_network *network);

/* The parts of the text. */
void nat_add_forwards(const struct want *want,
		      struct strbuf *out);                        /* prerouting, output */
void nat_add_filter(const struct want *want, struct strbuf *out); /* input, forward */
void nat_add_guards(const struct want *want, const char *comment,
		    struct strbuf *out); /* the bridge table */

#endif
