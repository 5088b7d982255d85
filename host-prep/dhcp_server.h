/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhcp_server.h: a network's dnsmasq as it runs: by systemd where that runs, else as a child. */
#ifndef BEDPLATE_HOST_PREP_DHCP_SERVER_H
#define BEDPLATE_HOST_PREP_DHCP_SERVER_H

#include <stdbool.h>

#include "lib/err.h"

/* Whether the network's server runs: its file of /run/bedplate/dnsmasq names a process that
 * is a dnsmasq. */
bool dhcp_server_runs(int root_fd, const char *network);

/* Starts it, anew where it runs already. It has read its file and is bound to its bridge by
 * then. */
int dhcp_server_start(int root_fd, const char *network, struct err *err);

/* Ends it; nothing where it does not run. */
int dhcp_server_stop(int root_fd, const char *network, struct err *err);

#endif
