/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * want.h: the networks as they are wanted: files with their defaults filled in, and checked
 * against one another and against the host.
 *
 * How it works: want_resolve makes of the network files, the guests' files and what the
 * host has one list of networks in which names are names: each bridge, port and tap by the
 * interface it is, each guest with what three files may say of it ([Tap], [Lease], its own).
 * Everything that is made of it is a pure function: the wanted state of the links (net_want,
 * want_net.h), the firewall's text (nat.h), dnsmasq's configuration (dhcp.h), WireGuard's
 * (vpn.h).
 */
#ifndef BEDPLATE_HOST_PREP_WANT_H
#define BEDPLATE_HOST_PREP_WANT_H

#include <stdbool.h>
#include <stddef.h>

#include "host-prep/net.h"
#include "lib/err.h"
#include "lib/guests.h"
#include "lib/networks.h"
#include "lib/value/net.h"

enum { WANT_NAME_SIZE = 64, WANT_ADDRESSES = 16 };

/* A machine in a network, as far as files say something of it. */
struct want_guest {
	char name[WANT_NAME_SIZE];  /* its DNS name; "" where none is known */
	char guest[WANT_NAME_SIZE]; /* NAME of guests/NAME.conf; "" for none */
	char tap[NET_NAME_SIZE];    /* "" where it has none here */
	bool has_mac;
	struct mac_address mac;
	struct ip_address addresses[WANT_ADDRESSES];
	size_t address_count;
	bool fixed;    /* DHCP gives it these addresses: by [Lease] or its own file */
	bool isolated; /* reaches no other isolated guest */
	int64_t owner, group;
	bool multi_queue, vnet_header;
	const struct network_tap *row; /* of [Tap]; NULL */
	char origin[ORIGIN_MAX];
};

/* An interface of the host that is plugged into a bridge. */
struct want_port {
	char name[NET_NAME_SIZE];
	char origin[ORIGIN_MAX];
};

/* A VLAN or macvtap: by its own name and that of the interface that it is on. */
struct want_upper {
	char name[NET_NAME_SIZE], parent[NET_NAME_SIZE];
	char origin[ORIGIN_MAX];
};

struct want_network {
	const struct network *file;
	const struct network_conf *data;
	char bridge[NET_NAME_SIZE]; /* "" with Mode=none */
	char vpn[NET_NAME_SIZE];    /* "" where there is none */
	char domain[256];
	char origin[ORIGIN_MAX]; /* "network/lan.conf" */
	bool has_bridge_mac;
	uint8_t bridge_mac[6];
	struct want_port *ports;
	size_t port_count;
	struct want_upper *vlans; /* in the order of [Vlan] */
	size_t vlan_count;
	struct want_upper *macvtaps; /* in the order of [Macvtap] */
	size_t macvtap_count;
	struct want_guest *guests;
	size_t guest_count;
};

struct want {
	struct want_network *items; /* in the order of their names, but those left out */
	size_t count;
	const struct networks *networks; /* with those that are left out */
};

#define WANT_INIT             \
	{                     \
		.items = NULL \
	}

/* Resolves and checks. Users and groups are looked up in etc/ below the root. All mistakes
 * are found in one go, each with the lines of both sides. The files must outlive `want`,
 * which on failure, too, is to be released. */
int want_resolve(struct want *want, const struct networks *networks,
		 const struct guests *guests, const struct net *have, int root_fd,
		 struct err *err);
void want_release(struct want *want);
#define _cleanup_want_ __attribute__((cleanup(want_release)))

/* The network of this name, or NULL. */
const struct want_network *want_find(const struct want *want, const char *name);

/* The guest of this name (its own or its DNS name) in the network, or NULL. */
const struct want_guest *want_find_guest(const struct want_network *network,
					 const char *name);

/* Whether there is such a network that is left out (networks_leave_out). */
bool want_leaves_out(const struct want *want, const char *name);

/* Where a forward leads: the address given, or that of the guest that is named whose family
 * From= and Address= are of; IPv4 rather than IPv6. NULL: none of the guest's is. */
const struct ip_address *want_forward_target(const struct want_network *network,
					     const struct network_forward *row);

/* Whether the interface is a bridge, VPN, port, tap, VLAN or macvtap of any network. */
bool want_has_link(const struct want *want, const char *name);

/* "network/lan.conf:3", or without a line where the key has its default. Returns `text`. */
const char *want_origin(const struct want_network *network, const char *section,
			const char *key, size_t index, char text[ORIGIN_MAX]);

/* Adds what contradicts another file or the host; see want_resolve. */
void want_check(const struct want *want, const struct net *have,
		const struct guests *guests, struct conf_errors *errors);

/* Adds the guests of a network: [Tap], the guests' files, [Lease]. -ENOMEM, else 0. */
int want_add_guests(struct want_network *network, const struct guests *guests,
		    int root_fd, struct conf_errors *errors);

#endif
