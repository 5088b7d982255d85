/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_probe.h: asks which DHCP servers answer on a link (RFC 2131, 4.4.1): a DHCPDISCOVER, as a
 * client with the link's own hardware address sends it. No offer is taken.
 *
 * It goes by the cable: a server on this host that listens on the link itself does not hear it.
 * dnsmasq looks for three seconds whether the address that it is going to offer is in use.
 */
#ifndef BEDPLATE_HOST_PREP_DHCP_PROBE_H
#define BEDPLATE_HOST_PREP_DHCP_PROBE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum { DHCP_PROBE_SERVERS = 8, DHCP_PROBE_WAIT_MS = 4000 };

struct dhcp_server {
	uint8_t ip[4];
	uint8_t mac[6]; /* of who sent it: a relay's, perhaps */
};

struct dhcp_probe {
	int link;       /* the interface's index */
	uint8_t mac[6]; /* and its hardware address */
	struct dhcp_server servers[DHCP_PROBE_SERVERS];
	size_t count; /* of those; more are not told */
};

/* Asks on all of them at once, and fills in `servers`. A link by which nothing can be sent has no
 * answers. */
int dhcp_ask(struct dhcp_probe *probes, size_t count, struct err *err);

#endif
