/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nft_read.h: what nf_tables says of its tables, chains and rules: the one reader of its
 * messages.
 *
 * Its numbers are in network order (linux/netfilter/nf_tables.h); here they are the
 * machine's.
 */
#ifndef BEDPLATE_HOST_PREP_NFT_READ_H
#define BEDPLATE_HOST_PREP_NFT_READ_H

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/netlink.h"
#include "lib/strbuf.h"

enum { NFT_NAME_SIZE = NFT_NAME_MAXLEN }; /* of the kernel's: no name is longer */
#define NFT_NO_HOOK UINT32_MAX

struct nft_chain {
	uint8_t family; /* NFPROTO_INET ... */
	char table[NFT_NAME_SIZE], name[NFT_NAME_SIZE];
	char type[16];   /* "filter", "nat", "route"; "" where it has no hook */
	uint32_t hook;   /* NF_INET_FORWARD ..., or NFT_NO_HOOK */
	uint32_t policy; /* NF_DROP, NF_ACCEPT */
};

struct nft_rule {
	uint8_t family;
	char table[NFT_NAME_SIZE], chain[NFT_NAME_SIZE];
	uint64_t handle;
	struct netlink_attribute user_data, expressions; /* in the message */
};

/* Opens a socket to ask by. -ENOENT where the kernel has no netfilter to be asked; `err` is clear
 * then. */
int nft_open(struct netlink *nl, struct err *err);

/* Asks about all of one kind (NFT_MSG_GETCHAIN ...) in a family, or in each (NFPROTO_UNSPEC);
 * `attribute` with a name narrows that down; 0: none. `flags`: NLM_F_DUMP, or 0 for one
 * object. Adds the answers to `out`. -ENOENT where there is no such thing, and where the
 * kernel has no nf_tables; `err` is clear then. `nl` is of nft_open. */
int nft_query(struct netlink *nl, uint8_t family, uint16_t type, uint16_t flags,
	      uint16_t attribute, const char *name, struct strbuf *out, struct err *err);

/* Puts the attributes of a message of this kind (NFT_MSG_NEWCHAIN ...) into a table; false
 * where it is of another. */
bool nft_read(const struct netlink_message *message, uint16_t type,
	      struct netlink_attribute *table, size_t count);

/* False for messages of another kind. */
bool nft_read_chain(const struct netlink_message *message, struct nft_chain *chain);
bool nft_read_rule(const struct netlink_message *message, struct nft_rule *rule);

/* Whether it drops or rejects by itself what it matches; not where it jumps to a chain that does.
 * iptables-nft's way of saying so, too. */
bool nft_refuses(const struct nft_rule *rule);

/* The comment that nft(8) keeps in user data, cut to its room; "" where there is none.
 * Returns `text`. */
char *nft_comment(const struct netlink_attribute *user_data, char *text, size_t size);

#endif
