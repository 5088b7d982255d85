/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_all.h: the networks as they are wanted, with all that they are made of: what the parts
 * beside the links begin with. */
#ifndef BEDPLATE_HOST_PREP_WANT_ALL_H
#define BEDPLATE_HOST_PREP_WANT_ALL_H

#include "host-prep/part.h"
#include "host-prep/want.h"
#include "lib/netlink.h"

struct want_all {
	struct networks networks;
	struct netlink nl;
	struct net have, wanted;
	struct want want;
};

/* Reads the files and the host, and resolves them. Must not be moved; to be released after a
 * failure, too. */
int want_all_read(struct want_all *all, const struct part_context *context,
		  struct err *err);
void want_all_release(struct want_all *all);

/* The same once for all parts of a plan, which look at one state of the host: read at first
 * need into the context's `networks`, and good for as long as that. */
int want_all_get(const struct want_all **all, const struct part_context *context,
		 struct err *err);
void want_all_free(struct want_all *all);
#define _cleanup_want_all_ __attribute__((cleanup(want_all_release)))

#endif
