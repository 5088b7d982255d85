/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_table.h: what of the firewall is loaded, asked of the kernel without a process. */
#ifndef BEDPLATE_HOST_PREP_NAT_TABLE_H
#define BEDPLATE_HOST_PREP_NAT_TABLE_H

#include "host-prep/nat.h"
#include "lib/err.h"
#include "lib/netlink.h"

struct nat_loaded {
	bool present;
	char digest[DIGEST_TEXT_SIZE]; /* of the table's comment; "" where it has none */
	unsigned rules;
};

/* Looks at a table of the name bedplate; `family` is NFPROTO_INET or NFPROTO_BRIDGE. `nl` is
 * of NETLINK_NETFILTER. A kernel without nf_tables has no table. */
int nat_table_look(struct nat_loaded *loaded, struct netlink *nl, uint8_t family,
		   struct err *err);

/* How many rules the text gives the table "inet" or "bridge". */
unsigned nat_table_rules(const char *text, const char *family);

#endif
