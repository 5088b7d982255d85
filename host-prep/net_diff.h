/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_diff.h: from one state of the network to another: a pure comparison, what is done with it,
 * and the way back. */
#ifndef BEDPLATE_HOST_PREP_NET_DIFF_H
#define BEDPLATE_HOST_PREP_NET_DIFF_H

#include "host-prep/net.h"
#include "host-prep/step.h"
#include "lib/names.h"

/* Adds the steps from `have` to `want`, in the order in which net_apply does them:
 *  1. links are made, and get their attributes
 *  2. in one batch: routes go, ports change their bridge, addresses come and go, links go
 *     up, routes come - a NIC's addresses and routes are on its bridge before the next
 *     packet is looked at
 *  3. sysctls, links that go down, links that are deleted
 * -ENODEV where a wanted NIC is not there; -EINVAL where the wanted state contradicts
 * itself (a master or parent that is no link of it). */
int net_diff(const struct net *have, const struct net *want, struct steps *steps,
	     struct err *err);

/* Takes out of `want` what cannot be had any more: NICs that are not in `have`, with all
 * that stands on them. For the ways back. */
void net_drop_absent(struct net *want, const struct net *have);

/* Makes a state that was read one to come back to from `want`: marks as managed the links
 * that the way there touches. */
void net_mark_managed(struct net *saved, const struct net *want);

/* What is done once new links are there, before they are up or have any address; NULL. */
typedef void net_made_fn(struct netlink *nl, int root_fd, const struct steps *steps);

/* Does the steps of net_diff. Stops after the batch in which something failed; the message
 * is that of the first step that failed, with its origin. Nothing is undone here. */
int net_apply(struct netlink *nl, int root_fd, const struct steps *steps,
	      net_made_fn *when_made, struct err *err);

/* A link of this name that carries no alias counts as ours from here on: it was made, and
 * what made it came no further. Not one of hardware. */
void net_claim(struct net *net, const char *name);

/* Adds the names of the links that net_apply has made with these steps. 0, or -ENOMEM. */
int net_made(const struct steps *steps, struct names *names);

/* Brings the network back to `saved`, whatever it looks like now: reads it, and does as
 * much of the difference as can be done. Returns the first failure after all was tried.
 * `managed` of `saved` says which links are in question; links of ours that it has not are
 * deleted, and so is what `made` names (NULL: nothing; see net_claim and net_made). */
int net_restore(struct netlink *nl, int root_fd, const struct net *saved,
		const struct names *made, struct err *err);

#endif
