/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_net_ip.h: the parts of net_want (want_net.h) that are about addresses and routes. */
#ifndef BEDPLATE_HOST_PREP_WANT_NET_IP_H
#define BEDPLATE_HOST_PREP_WANT_NET_IP_H

#include "host-prep/net.h"
#include "host-prep/want.h"

/* Takes from the networks' interfaces the addresses and routes that files gave them once
 * and that are not what was taken from ports. */
void want_drop_stale(const struct want *want, const struct net *took, struct net *net);

/* Puts what was taken from a port back on it, and takes it from the others. */
void want_return_taken(const struct net *took, const char *port, struct net *net);

/* Puts back on a port what its bridge could not take over: `bridge` has no IPv6 address at all, not
 * even a link-local one, so IPv6 is off there. What has an end comes again by itself. */
void want_return_ipv6(const struct net *took, const char *port, const char *bridge,
		      struct net *net);

/* Takes out the routes that would move to a link from which their router is not reached, which
 * the kernel refuses: the address of that network has ended since (a lease), or somebody has
 * removed it. No file speaks of them. */
void want_drop_dead(const struct net *have, struct net *net);

/* Adds a network's addresses and routes, the VPN's included. */
void want_addresses(const struct want_network *network, struct net *net);

/* The interfaces that guests of nat networks get out by, as far as they are there: those of
 * Out=, or of the default routes. Calls back for each once a network; returns false where
 * one that is named is not there, or where there is none. */
bool want_uplinks(const struct want *want, const struct want_network *network,
		  const struct net *net, void (*found)(const char *link, void *data),
		  void *data);

/* Sets the sysctls that let packets through. */
void want_forwarding(const struct want *want, struct net *net);

#endif
