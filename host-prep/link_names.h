/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link_names.h: names that the host's interfaces get by their hardware addresses.
 *
 * How it works: [Link] sections of network files say which. host-prep renames what is there
 * (live, since Linux 6.2) and leaves .link files in /run for udev, which names what comes
 * later. All other parts plan as if the names were given: they are, before those are done.
 */
#ifndef BEDPLATE_HOST_PREP_LINK_NAMES_H
#define BEDPLATE_HOST_PREP_LINK_NAMES_H

#include "host-prep/net.h"
#include "lib/networks.h"

/* Gives the links their names in `have`, with all that stands on them; `was_name` of these
 * has the one that they still have. Pure. -EEXIST where another link has the name, -EINVAL
 * where two sections contradict each other, with the lines of the files. */
int link_names_apply(const struct networks *networks, struct net *have, struct err *err);

/* The text of the file that has udev name such a link; `link` is NULL where there is none. */
void link_names_text(const char *name, const struct mac_address *mac,
		     const struct net_link *link, const char *origin, struct strbuf *out);

#endif
