/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link_message.h: writes netlink requests about links that are there, whatever their kind, and
 * about ports of bridges.
 *
 * Indexes are the caller's to find; 0 is none. Facts: rtnetlink(7), ip(8)'s sources for
 * which attribute the kernel wants where, kernel net/core/rtnetlink.c.
 */
#ifndef BEDPLATE_LIB_LINK_MESSAGE_H
#define BEDPLATE_LIB_LINK_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/netlink.h"

/* The alias (ifalias) of a link that is Bedplate's own is this and the file that asks for it. */
#define LINK_ALIAS_PREFIX "bedplate:"

/* What a bridge keeps about a port. */
struct link_port {
	bool isolated; /* talks to no other isolated port of its bridge */
	bool hairpin;  /* a frame may leave through the port that it came by */
};

/* A VLAN that a port of a bridge, or the bridge itself, takes part in. */
struct link_vlan {
	unsigned id;
	bool pvid, untagged;
};

/* A request of this kind (RTM_NEWLINK ...) about a link, to which the caller adds attributes. */
void link_message_begin(struct netlink_batch *batch, uint16_t type, uint16_t flags,
			int family, int index, const void *tag);
void link_message_delete(struct netlink_batch *batch, int index, const void *tag);
void link_message_alias(struct netlink_batch *batch, int index, const char *alias,
			const void *tag);
void link_message_mtu(struct netlink_batch *batch, int index, unsigned mtu,
		      const void *tag);
void link_message_mac(struct netlink_batch *batch, int index, const uint8_t mac[6],
		      const void *tag);
void link_message_up(struct netlink_batch *batch, int index, bool up, const void *tag);
/* 0 takes it from the one that it has. */
void link_message_master(struct netlink_batch *batch, int index, int master,
			 const void *tag);
void link_message_port(struct netlink_batch *batch, int index,
		       const struct link_port *port, const void *tag);
/* `is_bridge`: of the bridge itself, not of a port. */
void link_message_vlan(struct netlink_batch *batch, int index, bool is_bridge,
		       const struct link_vlan *vlan, bool add, const void *tag);

#endif
