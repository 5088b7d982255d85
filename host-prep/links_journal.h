/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links_journal.h: what the journal has about links.
 *
 *	{ "made": ["br0", "tap0"],   links of ours
 *	  "took": { ... },           a struct net: ports as they were, with their addresses and
 *	                             routes, and sysctls with the values that they had
 *	  "giving": { ... } }        the same, of what is being given back: goes with settle
 *
 * `made` tells whose a link is that has not yet got its alias; nothing else does after a
 * crash between the two.
 */
#ifndef BEDPLATE_HOST_PREP_LINKS_JOURNAL_H
#define BEDPLATE_HOST_PREP_LINKS_JOURNAL_H

#include <jansson.h>

#include "host-prep/net.h"

/* Claims for us what was made (net_claim). */
void links_journal_claim(const json_t *section, struct net *have);

/* Reads what was taken, and claims for us what was made (net_claim). */
int links_journal_read(const json_t *section, struct net *took, struct net *have,
		       struct err *err);

/* Has the sysctls that were taken and that nobody asks for any more put back: adds them to
 * `wanted`, but those of links that it has not. `host_forwards`: net.ipv4.ip_forward is on.
 * Whoever turned that on since (Docker, libvirt) had every interface forward by it, and needs
 * that; so these stay as they are. */
void links_give_back_sysctls(const struct net *took, bool host_forwards,
			     struct net *wanted);

/* Splits what is held once `wanted` is there from what is given back by then. Pure. `have`
 * has its sysctls. */
int links_take(const struct net *took, const struct net *have, const struct net *wanted,
	       struct net *taken, struct net *giving, struct err *err);

/* Replaces the section by this. */
int links_journal_write(json_t *section, const struct net *wanted,
			const struct net *taken, const struct net *giving,
			struct err *err);

/* What was to be given back has been. */
void links_journal_settle(json_t *section);

#endif
