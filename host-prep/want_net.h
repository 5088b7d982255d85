/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_net.h: the wanted state of the links. */
#ifndef BEDPLATE_HOST_PREP_WANT_NET_H
#define BEDPLATE_HOST_PREP_WANT_NET_H

#include "host-prep/net.h"
#include "host-prep/want.h"

/*
 * Makes of what the host has what it is to have: a copy of `have` with all that the networks
 * want. Pure.
 *
 *  - What is ours (net_is_ours) and wanted no more is taken out of it.
 *  - A port's addresses and routes move to its bridge. `took` is what was moved before, with
 *    the ports' own names, and the ports themselves as links, as the journal has it: it stays
 *    on the bridge, whatever the files say, follows the port to another one, and goes back to
 *    a port that is wanted no more.
 *    NULL says that there is no journal: then nothing that is there is taken away.
 *  - Of a bridge's other addresses those stay that have a lifetime (DHCP and router
 *    advertisements made them) or are link-local; of its routes those that the kernel, DHCP
 *    or a person by hand made. The others are those of the files.
 *  - IPv4 is forwarded by interface: on bridges and VPNs of nat networks and on the
 *    interfaces that guests get out by. Where these cannot be named (Out= names one that is
 *    not there, or there is no default route yet) it is for the whole host. The kernel
 *    forwards IPv6 for the whole host or not at all; then interfaces that learn their routes
 *    by router advertisements go on with that (accept_ra=2).
 *
 * -EOPNOTSUPP where a port has a route that cannot be moved, with the port's line.
 */
int net_want(const struct want *want, const struct net *have, const struct net *took,
	     struct net *wanted, struct err *err);

/* -EADDRINUSE where an address that a file asks for would be on two interfaces, with its line. To
 * be asked of what net_want made with the journal. Pure. */
int want_check_addresses(const struct net *wanted, struct err *err);

#endif
