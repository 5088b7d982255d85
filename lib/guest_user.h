/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_user.h: whom a guest's QEMU runs as, and its files belong to: what the files say. */
#ifndef BEDPLATE_LIB_GUEST_USER_H
#define BEDPLATE_LIB_GUEST_USER_H

#include "lib/guests.h"
#include "lib/schema/host.h"

/* Names or numbers; "" for ours, or for the user's own group. */
struct guest_user {
	const char *name, *group;
};

/* [Guest] goes before [Guests] of host.conf, whose group is that of its own user only. `host` may be
 * NULL. */
static inline struct guest_user guest_user(const struct guest *guest,
					   const struct host_conf *host)
{
	const struct guest_guest *own = &guest->data->guest;

	return (struct guest_user){
		.name = *own->user || !host ? own->user : host->guests.user,
		.group = *own->group || *own->user || !host ? own->group
							    : host->guests.group,
	};
}

#endif
