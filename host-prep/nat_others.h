/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_others.h: chains of others that refuse what they do not know, and our rules in them.
 *
 * A packet has to pass every table. So where Docker, ufw or an administrator has made DROP
 * the policy of a chain, or firewalld rejects at the end of one, nothing that our own table
 * accepts helps guests; a rule in that chain does (Coexist= in [Firewall]), or a zone of
 * firewalld's. Such a rule of ours carries the comment "bedplate", by which it is found again.
 */
#ifndef BEDPLATE_HOST_PREP_NAT_OTHERS_H
#define BEDPLATE_HOST_PREP_NAT_OTHERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-prep/nft_read.h"
#include "host-prep/want.h"
#include "lib/err.h"
#include "lib/netlink.h"
#include "lib/strbuf.h"

enum { NAT_OTHERS_NAME = NFT_NAME_SIZE, NAT_OTHERS_MAX = 64, NAT_OWN_MAX = 1024 };

struct nat_chain {
	uint8_t family; /* NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_INET */
	char table[NAT_OTHERS_NAME], name[NAT_OTHERS_NAME];
	bool forward; /* else input */
};

struct nat_rule {
	uint8_t family;
	char table[NAT_OTHERS_NAME], chain[NAT_OTHERS_NAME];
	uint64_t handle;
};

/* A chain in which others' rules that refuse something stand before one of ours. */
struct nat_before {
	uint8_t family;
	char table[NAT_OTHERS_NAME], chain[NAT_OTHERS_NAME];
	size_t count;
};

struct nat_others {
	struct nat_chain chains[NAT_OTHERS_MAX];
	size_t chain_count;
	struct nat_rule own[NAT_OWN_MAX]; /* our rules in others' chains */
	size_t own_count;
	struct nat_before before[NAT_OTHERS_MAX];
	size_t before_count;
	struct nat_before passed; /* while reading: such rules of the chain so far */
};

/* Reads both; `nl` is of nft_open. A kernel without nf_tables has none. */
int nat_others_read(struct nat_others *others, struct netlink *nl, struct err *err);

/* Adds the lines for nft that take our rules out, */
void nat_others_delete(const struct nat_others *others, struct strbuf *out);
/* and those that let the packets of networks with Coexist=yes into the chains, but for
 * firewalld's, which takes none (firewalld.h). Pure. */
void nat_others_insert(const struct nat_others *others, const struct want *want,
		       struct strbuf *out);

bool nat_chain_is_firewalld(const struct nat_chain *chain);

/* "ip filter FORWARD" of either. Returns `text`. */
enum { NAT_CHAIN_TEXT = 2 * NAT_OTHERS_NAME + 8 };
const char *nat_chain_text(const struct nat_chain *chain, char text[NAT_CHAIN_TEXT]);
const char *nat_before_text(const struct nat_before *before, char text[NAT_CHAIN_TEXT]);

#endif
