/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_packet.h: a question for DHCP servers and their answers, as IPv4 packets (RFC 791, 768,
 * 2131; options: RFC 2132). Pure.
 */
#ifndef BEDPLATE_HOST_PREP_DHCP_PACKET_H
#define BEDPLATE_HOST_PREP_DHCP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DHCP_PACKET_SIZE = 328, DHCP_PORT_SERVER = 67, DHCP_PORT_CLIENT = 68 };

/* A DHCPDISCOVER of who has this hardware address, from 0.0.0.0 to all; who answers is asked to
 * do so to all. */
void dhcp_discover_write(uint8_t packet[DHCP_PACKET_SIZE], uint32_t xid,
			 const uint8_t mac[6]);

struct dhcp_offer {
	uint32_t xid;
	uint8_t mac[6];    /* whom it is for */
	uint8_t server[4]; /* what the server calls itself, or else where it came from */
};

/* Whether the packet is a whole DHCPOFFER; then *offer is filled in. */
bool dhcp_offer_read(const uint8_t *packet, size_t size, struct dhcp_offer *offer);

#endif
