/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_table.h: what of the firewall is loaded, asked of the kernel without a process.
 *
 * All that nf_tables says of a table, its chains, rules and sets is added up to its state.
 * It numbers them: tables in their namespace, and what is in a table there, upwards; so one
 * that was loaded anew has another state than before, though it says the same. (A rule that
 * takes the place of another has the number of that in newer kernels, so numbers alone do
 * not do.) What is in the sets of our rules is constant.
 */
#ifndef BEDPLATE_HOST_PREP_NAT_TABLE_H
#define BEDPLATE_HOST_PREP_NAT_TABLE_H

#include "host-prep/nat.h"
#include "lib/err.h"
#include "lib/netlink.h"

struct nat_loaded {
	bool present;
	char digest[DIGEST_TEXT_SIZE]; /* of the table's comment; "" where it has none */
	char state
		[DIGEST_TEXT_SIZE]; /* 16 hexadecimal digits; "" where it is not there */
};

/* Looks at a table of the name bedplate; `family` is NFPROTO_INET or NFPROTO_BRIDGE. `nl` is
 * of nft_open. A kernel without nf_tables has no table. */
int nat_table_look(struct nat_loaded *loaded, struct netlink *nl, uint8_t family,
		   struct err *err);

/* How many rules the text gives the table "inet" or "bridge". */
unsigned nat_table_rules(const char *text, const char *family);

#endif
