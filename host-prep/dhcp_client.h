/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_client.h: the system's DHCP client on an interface of ours.
 *
 * Where systemd-networkd runs it is that: it gets a file below /run/systemd/network. Else it
 * is the first of dhclient(8), dhcpcd(8) (dhcpcd.h) and busybox's udhcpc that is there, in the
 * background. What the client does to the interface is its own business: addresses and routes
 * that it made are left alone (net_want). Its script is run by ours (dhcp-script), that leaves
 * alone what others made.
 */
#ifndef BEDPLATE_HOST_PREP_DHCP_CLIENT_H
#define BEDPLATE_HOST_PREP_DHCP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

/* What runs, for a person: "systemd-networkd", "dhclient", "dhcpcd", "udhcpc"; NULL where the
 * system has none. */
const char *dhcp_client_name(int root_fd);

/* Whether the link can have its addresses from it: -ENOENT where there is none, -EOPNOTSUPP
 * where it is one for IPv4 alone; with a hint. */
int dhcp_client_check(int root_fd, const char *link, bool ipv6, struct err *err);

/* Whether it runs on the interface for these families. */
bool dhcp_client_runs(int root_fd, const char *link, bool ipv4, bool ipv6);

/* Starts it, or makes it one for these families. It does not wait for an address. Fails
 * as dhcp_client_check does. */
int dhcp_client_start(int root_fd, const char *link, bool ipv4, bool ipv6,
		      struct err *err);

/* Ends it. Addresses stay for as long as they were given. */
int dhcp_client_stop(int root_fd, const char *link, struct err *err);

#endif
