/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_nic.c: hardware addresses, taps and types of guests' cards. */
#include <stdio.h>
#include <string.h>

#include "lib/guest_nic.h"

struct mac_address guest_nic_mac(const char *guest, const struct guest_nic *nic,
				 size_t index)
{
	static const struct mac_address none;
	struct mac_address mac = { .bytes = { 0x52, 0x54, 0x00 } };
	uint32_t hash = 2166136261u; /* FNV-1a */

	if (memcmp(&nic->mac, &none, sizeof(none)) != 0)
		return nic->mac;
	for (const char *c = guest; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	hash = (hash ^ (uint32_t)index) * 16777619u;
	hash ^= hash >> 24;
	mac.bytes[3] = (uint8_t)(hash >> 16);
	mac.bytes[4] = (uint8_t)(hash >> 8);
	mac.bytes[5] = (uint8_t)hash;
	return mac;
}

void guest_nic_tap(const char *guest, const struct guest_nic *nic, size_t index,
		   char tap[LINK_NAME_MAX + 1])
{
	char number[4] = "";
	int room = LINK_NAME_MAX - 4;

	if (*nic->tap) {
		snprintf(tap, LINK_NAME_MAX + 1, "%s", nic->tap);
		return;
	}
	if (index)
		room -= snprintf(number, sizeof(number), "%u", (unsigned)index % 1000);
	snprintf(tap, LINK_NAME_MAX + 1, "tap-%.*s%s", room, guest, number);
}

enum guest_nic_type guest_nic_type_of(const struct guest_nic *nic)
{
	if (nic->type != guest_nic_type_auto)
		return nic->type;
	if (*nic->network)
		return guest_nic_type_network;
	if (*nic->tap)
		return guest_nic_type_tap;
	if (*nic->bridge)
		return guest_nic_type_bridge;
	if (*nic->link)
		return guest_nic_type_macvtap;
	if (*nic->listen || *nic->connect || *nic->multicast)
		return guest_nic_type_socket;
	if (*nic->path)
		return guest_nic_type_vhost_user;
	return guest_nic_type_user;
}
