/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subnet.h: the IPv4 networks that a host has to do with, and one that it has not.
 *
 * A network of guests must not take addresses that the host reaches elsewhere: its own
 * networks and routes of every table, its name servers and routers, and whoever is connected to
 * it now: that may be the person who types this, from behind a router.
 */
#ifndef BEDPLATE_BEDPLATE_SUBNET_H
#define BEDPLATE_BEDPLATE_SUBNET_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/value/net.h"

struct subnets {
	struct ip_prefix *items;
	size_t count;
};

#define SUBNETS_INIT          \
	{                     \
		.items = NULL \
	}

/* -ENOMEM. */
int subnets_add(struct subnets *subnets, const struct ip_prefix *prefix);

/* Adds all of that, from proc/net, resolv.conf and the networks that are configured. */
int subnets_read(struct subnets *subnets, int root_fd, struct err *err);
void subnets_release(struct subnets *subnets);

/* A private network (RFC 1918) of 256 addresses, of which none is in use; the commonest
 * defaults of routers and of other programs are left out, too. It is of a block (10/8, 172.16/12,
 * 192.168/16) of which nothing is in use, where there is one: of the others a part may be
 * somebody's whom the host does not know yet. The address is the host's, the first. False where there is none. Routes to more than 2^24 addresses do not count:
 * they are a default route or a part of one. Pure. */
bool subnet_choose(const struct subnets *used, struct ip_prefix *subnet);

#endif
