/* SPDX-License-Identifier: GPL-2.0-or-later */
/* networks.h: the network files. */
#ifndef BEDPLATE_LIB_NETWORKS_H
#define BEDPLATE_LIB_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/schema/network.h"
#include "lib/value/link.h"

enum { NETWORK_NAME_MAX = 63 };

struct network {
	char *name;                      /* "lan" of network/lan.conf */
	char *path;                      /* "etc/bedplate/network/lan.conf" */
	struct conf *conf;               /* for origin_text (lib/origin.h) */
	const struct network_conf *data; /* conf's */
	bool left_out;                   /* networks_leave_out */
};

struct networks {
	struct network *items; /* in the order of their names */
	size_t count;
};

#define NETWORKS_INIT         \
	{                     \
		.items = NULL \
	}

/* Reads and checks etc/bedplate/network/NAME.conf below the root. A folder that is not
 * there is no networks. The mistakes of all files are found in one go. On failure, too,
 * the networks are to be released. */
int networks_read(struct networks *networks, int root_fd, struct err *err);

/* The network of this name, or NULL. */
const struct network *networks_find(const struct networks *networks, const char *name);

/* The name that its bridge has; "" with Mode=none. */
void network_bridge_name(const struct network *network, char name[LINK_NAME_MAX + 1]);

/* Has the network of this name taken as though it were not there, but known: who refers to it
 * makes no mistake. What goes through the list has to look. */
void networks_leave_out(struct networks *networks, const char *name);

void networks_release(struct networks *networks);
#define _cleanup_networks_ __attribute__((cleanup(networks_release)))

#endif
