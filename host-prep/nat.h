/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat.h: the firewall of the networks as a text for nft(8).
 *
 * How it works: there is one table of ours, inet bedplate, and a second one, bridge
 * bedplate, where AntiSpoof= asks for it, as frames between two guests are seen by no other.
 * The text deletes the tables that there are and creates them anew: loaded by one nft process
 * it is one transaction, and whatever stood in them before is gone. What there is not is not
 * deleted, which `table` before `delete table` would allow: a process that has deleted
 * anything waits at its end until no packet can be looking at it any more (nf_tables flushes
 * its trans_destroy_work when the socket is closed), 5 to 15 ms.
 *
 * Chains are called from verdict maps by the interface that a packet comes from (from_lan)
 * or goes to (to_lan), so the number of networks costs nothing. What is no network of ours is
 * not looked at. An accept of ours is no accept of other tables': a packet has to pass all.
 */
#ifndef BEDPLATE_HOST_PREP_NAT_H
#define BEDPLATE_HOST_PREP_NAT_H

#include <stdbool.h>
#include <stdint.h>

#include "host-prep/net.h"
#include "host-prep/want.h"
#include "lib/digest.h"
#include "lib/strbuf.h"

/* Which of our tables there are, or are needed. */
struct nat_tables {
	bool inet, bridge;
};

/* Which tables the networks need. */
struct nat_tables nat_needs(const struct want *want);

/* Adds the text that deletes the tables of `present` and makes the needed ones; "" where there
 * is nothing to do. nft refuses it where there is one that `present` does not know of. `net`
 * is the wanted state (net_want), whose MTUs tell where TCP has to be told of smaller packets.
 * The tables' comment holds the digest. Pure. */
void nat_text(const struct want *want, const struct net *net, struct nat_tables present,
	      struct strbuf *out);

/* Adds the text that deletes the tables; those that have gone meanwhile are no error. */
void nat_add_delete(struct nat_tables tables, struct strbuf *out);

/* The digest that the text of the same networks carries. */
void nat_digest(const struct want *want, const struct net *net,
		char digest[DIGEST_TEXT_SIZE]);

#endif
