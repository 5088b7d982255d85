/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_tap.h: taps of guests in host-prep's networks, made where they are not there: as host-prep
 * makes them, which then finds nothing to do about them.
 *
 * How it works: host-prep makes taps of all guests that have a file when it prepares the host.
 * The file of a guest may be newer. Such a tap is made at the guest's start, and goes at its end.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_GUEST_TAP_H
#define BEDPLATE_QEMU_LAUNCH_GUEST_TAP_H

#include "lib/guests.h"
#include "lib/link_message.h"
#include "lib/networks.h"
#include "lib/tap.h"
#include "lib/value/link.h"

enum { GUEST_TAP_VLANS = 64, GUEST_TAP_ALIAS = 256 };

struct guest_tap {
	char name[LINK_NAME_MAX + 1];
	char bridge[LINK_NAME_MAX + 1]; /* that it is plugged into; "" with Mode=none */
	char alias[GUEST_TAP_ALIAS];    /* by which host-prep knows what is its own */
	struct tap tap;
	struct link_port port;
	unsigned mtu;                            /* 0: the kernel's */
	struct link_vlan vlans[GUEST_TAP_VLANS]; /* of a bridge that filters VLANs */
	size_t vlan_count;
};

/* What the tap of the guest's card number `index` is to be like; `owner` is the uid of who may
 * open it, -1: only root. Pure. */
void guest_tap_plan(struct guest_tap *plan, const struct guest *guest, size_t index,
		    const struct network *network, int64_t owner);

/* Makes it and plugs it into its bridge; what fails half-way leaves nothing. Paths are below
 * the descriptor. -ENODEV where the bridge is not there. */
int guest_tap_make(const struct guest_tap *plan, int system_fd, struct err *err);

/* Takes away a tap that guest_tap_make has made and that has its alias still; one that is not
 * there, or that somebody else has made since, is left alone. */
int guest_tap_remove(const char *name, const char *alias, int system_fd, struct err *err);

#endif
