/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netfilter.h: who else has a say about packets that are forwarded. */
#ifndef BEDPLATE_HOST_PREP_NETFILTER_H
#define BEDPLATE_HOST_PREP_NETFILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "host-prep/nft_read.h"
#include "lib/err.h"

enum { NETFILTER_NAME = NFT_NAME_SIZE };

/* A chain of nf_tables', or (legacy) of iptables' of before them. */
struct netfilter_chain {
	char family[8]; /* "ip", "ip6", "inet", "bridge", "arp", "netdev"; "" unknown */
	char table[NETFILTER_NAME], name[NETFILTER_NAME];
	bool legacy;
	bool forwards;  /* it is asked about packets that the host forwards */
	bool drops;     /* what no rule of it decides is dropped */
	bool has_rules; /* its table has; known of legacy ones only */
};

struct netfilter {
	struct netfilter_chain *items;
	size_t count;
};

#define NETFILTER_INIT        \
	{                     \
		.items = NULL \
	}

/* Asks the running kernel; of iptables' legacy tables, those that are in use, which the list
 * of names below the root (proc/net/ip_tables_names) says: asking for one makes it. */
int netfilter_read(struct netfilter *netfilter, int root_fd, struct err *err);
/* Adds those of iptables' legacy tables alone. */
int netfilter_read_legacy(struct netfilter *netfilter, int root_fd, struct err *err);
void netfilter_release(struct netfilter *netfilter);
#define _cleanup_netfilter_ __attribute__((cleanup(netfilter_release)))

/* Adds a chain: 0, or -ENOMEM. */
int netfilter_add(struct netfilter *netfilter, const struct netfilter_chain *chain);

#endif
