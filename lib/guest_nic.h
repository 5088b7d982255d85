/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_nic.h: what follows for a guest's cards from their place in its file. */
#ifndef BEDPLATE_LIB_GUEST_NIC_H
#define BEDPLATE_LIB_GUEST_NIC_H

#include <stddef.h>

#include "lib/schema/guest.h"
#include "lib/value/link.h"
#include "lib/value/net.h"

/* The hardware address of card number `index`: Mac=, or where that is not given 52:54:00 and
 * 24 bits of a hash of the guest's name and the number. */
struct mac_address guest_nic_mac(const char *guest, const struct guest_nic *nic,
				 size_t index);

/* The tap of card number `index`: Tap=, or where that is not given "tap-web" and, from the second
 * card on, a number. */
void guest_nic_tap(const char *guest, const struct guest_nic *nic, size_t index,
		   char tap[LINK_NAME_MAX + 1]);

/* Type=, and where that is auto what the other keys say. */
enum guest_nic_type guest_nic_type_of(const struct guest_nic *nic);

#endif
