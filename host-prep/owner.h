/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owner.h: other programs that set interfaces up, and how each is told to leave ours alone.
 *
 *	NetworkManager		unmanaged-devices+= in [keyfile] (NetworkManager.conf(5)); managed=0
 *				in a [device-...] section does not keep it from interfaces that
 *				somebody else has made and set up
 *	systemd-networkd	Unmanaged=yes in the first .network file that matches
 *				(systemd.network(5))
 *	ifupdown		EXCLUDE_INTERFACES= in the environment of networking.service, for
 *				what stands with "auto" in /etc/network/interfaces; an
 *				administrator's own is in /etc/default/networking
 *	dhcpcd			denyinterfaces, on the command line of its service (dhcpcd(8)): its
 *				only file is the administrator's. Without, it also takes bridges and
 *				taps that are made while it runs, whatever the page says of these
 *	netplan			writes files for one of the first two, of which ours comes first
 */
#ifndef BEDPLATE_HOST_PREP_OWNER_H
#define BEDPLATE_HOST_PREP_OWNER_H

#include <stdbool.h>

#include "host-prep/check.h"
#include "lib/strbuf.h"

struct owner {
	const char *name;
	const char *path;   /* of the file that is ours, below the root */
	const char *reload; /* what has it take effect */
	bool takes_ports; /* that takes ports which it still sets up out of their bridges */
	bool takes_back; /* that gives a port its address again, which went to the bridge */
	/* Whether it is at work here. */
	bool (*is_here)(int root_fd);
	/* Whether it would set this interface up. */
	bool (*claims)(int root_fd, const char *link);
	/* Whether it has done with the interface of this index, addresses, routes and all: 1, 0,
	 * or -1 where that is not known but by an address. NULL: it never is. */
	int (*is_done)(int root_fd, int index);
	/* Whether it has begun with the interface of this index, and the folder whose files tell
	 * of that, below the root; NULL: it takes nothing away when it begins (owner_wait.h). */
	bool (*has_begun)(int root_fd, int index);
	const char *states;
	/* The file that has it leave these (a line of names parted by blanks) alone. */
	void (*write)(const char *links, struct strbuf *out);
};

/* Ended by a row without a name. */
extern const struct owner owners[];

/* Whether a port's network says no address of its own: then whoever sets the port up now is
 * where the host's address comes from after the next boot, and must not be told to stop. */
bool owner_is_needed(const struct check_link *link);

/* The first port that its address is still to come to, and that has to hand it to its bridge;
 * *owner is the name of who is to give it. NULL: there is none. */
const char *owner_awaited(int root_fd, const struct want *want, const struct net *have,
			  const char **owner);

/* Writes the files of all that are at work here, and says so on the standard output. A file
 * of that name that bedplate has not written is left as it is: -EEXIST; so is one whose owner
 * would take a port out of its bridge by that: -EBUSY. All others are written. */
int owners_apply(const struct check_context *context, struct err *err);

/* Whether netplan names the interface. */
bool owner_netplan_has(int root_fd, const char *link);

#endif
