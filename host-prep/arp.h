/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arp.h: asks the other machines of a link whether one of them has an IPv4 address (RFC 5227,
 * 2.1.1): a request that tells no address of ours, so that nobody learns anything from it.
 *
 * RFC 5227 takes seconds for it, for links that have only just come up. Here links are up, and
 * somebody waits: ARP_PROBES requests, and an answer may take ARP_WAIT_MS.
 */
#ifndef BEDPLATE_HOST_PREP_ARP_H
#define BEDPLATE_HOST_PREP_ARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum { ARP_PROBES = 3, ARP_WAIT_MS = 100 /* behind each */ };

struct arp_probe {
	int link;       /* the interface's index */
	uint8_t mac[6]; /* and its hardware address */
	uint8_t ip[4];
	bool taken;
	uint8_t by[6]; /* whose it is */
};

/* Asks for all of them at once, and fills in `taken` and `by`. A link by which nothing can be
 * sent has no answers. */
int arp_ask(struct arp_probe *probes, size_t count, struct err *err);

#endif
