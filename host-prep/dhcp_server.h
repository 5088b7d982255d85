/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhcp_server.h: a network's dnsmasq as it runs: by systemd where that runs, else by a keeper. */
#ifndef BEDPLATE_HOST_PREP_DHCP_SERVER_H
#define BEDPLATE_HOST_PREP_DHCP_SERVER_H

#include "host-prep/keeper.h"
#include "lib/err.h"

/* Without systemd a server has a keeper (keeper.h), which starts it again. */
enum dhcp_server_state {
	DHCP_SERVER_RUNS,    /* and is watched by systemd or its keeper */
	DHCP_SERVER_ALONE,   /* it runs, but its keeper does not */
	DHCP_SERVER_GAVE_UP, /* its keeper starts it no more */
	DHCP_SERVER_GONE,
};

/* The process that its file of /run/bedplate/dnsmasq names counts if it is a dnsmasq. The
 * report is the keeper's, empty where there is none. */
enum dhcp_server_state dhcp_server_look(int root_fd, const char *network,
					struct keeper_report *report);

/* Starts it, anew where it runs already. It has read its file and is bound to its bridge by
 * then. */
int dhcp_server_start(int root_fd, const char *network, struct err *err);

/* Ends it; nothing where it does not run. */
int dhcp_server_stop(int root_fd, const char *network, struct err *err);

#endif
