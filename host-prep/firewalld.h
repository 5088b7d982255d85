/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewalld.h: networks in a zone of their own of firewalld's.
 *
 * firewalld's table takes no rules of others: it is made anew by each reload, and locked where
 * NftablesTableOwner= says so (firewalld.conf(5), the default since 2.0 where the kernel can).
 * What stands in files of firewalld's holds beyond reloads and restarts. So networks that are to
 * get along with it (Coexist= in [Firewall]) are in a zone "bedplate": what comes from them is
 * forwarded, and reaches on the host what guests need there. Policies (firewalld.policies(5))
 * let in what is for them. Which of that may pass in the end says our own table.
 */
#ifndef BEDPLATE_HOST_PREP_FIREWALLD_H
#define BEDPLATE_HOST_PREP_FIREWALLD_H

#include <stdbool.h>

#include "host-prep/want.h"
#include "lib/err.h"
#include "lib/names.h"
#include "lib/netlink.h"
#include "lib/strbuf.h"

/* Its files, below the root: all there, or none. */
enum firewalld_file { FIREWALLD_ZONE, FIREWALLD_POLICY_IN, FIREWALLD_POLICY_VPN };
enum { FIREWALLD_FILES = FIREWALLD_POLICY_VPN + 1 };
extern const char *const firewalld_paths[FIREWALLD_FILES];

/* Adds the interfaces that are to be in the zone: bridges and VPNs with Coexist=yes. 0, or
 * -ENOMEM. Pure, as is the next. */
int firewalld_links(const struct want *want, struct names *names);
/* Adds the file's text; none where there is to be no such file. */
void firewalld_text(const struct want *want, enum firewalld_file file,
		    struct strbuf *out);

/* What is in force, as far as nf_tables shows it (FirewallBackend=nftables, the default). */
struct firewalld {
	bool runs;
	size_t links; /* how many of those asked about are in our zone */
};

/* `nl` is of nft_open. A kernel without nf_tables has none. */
int firewalld_read(struct firewalld *firewalld, struct netlink *nl,
		   const struct names *links, struct err *err);

#endif
