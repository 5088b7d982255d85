/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net.h: the state of a host's network, as far as host-prep has to do with it.
 *
 * How it works: there is one kind of value, struct net, and one function that compares two
 * of them, net_diff. A wanted state is made from a copy of the present one (net_copy) that
 * is then changed: what nobody speaks of stays as it is. So the same differ serves
 *	up        have -> wanted           undo      now -> what was read before
 *	down      now  -> net_down         restore   now -> the saved snapshot
 * and a second `up` has no steps.
 *
 * Who is in question: links with `managed` set in the state that is wanted, and links of
 * ours (net_is_ours) that it has no longer: those are deleted. Attributes, addresses,
 * routes and VLANs of all other links are never touched, whatever they are.
 *
 * All members are plain values: a struct net can be copied, written as JSON and read back.
 * Links are known by their names; `index` is a fact of the kernel's and never compared.
 */
#ifndef BEDPLATE_HOST_PREP_NET_H
#define BEDPLATE_HOST_PREP_NET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/link_message.h"
#include "lib/netlink.h"
#include "lib/origin.h"
#include "lib/tap.h"

enum {
	NET_NAME_SIZE = 16,   /* IFNAMSIZ: 15 characters at most */
	NET_ALIAS_SIZE = 256, /* IFALIASZ */
	NET_WORD_SIZE = 32,
	NET_VALUE_SIZE = 64,
	NET_PATH_SIZE = 96,
	NET_ADDRESS_TEXT = 64, /* room for an IPv6 address with its prefix */
};

enum net_kind {
	NET_NIC, /* hardware, and whatever else is not made here: it is never made and
			never deleted */
	NET_BRIDGE,
	NET_TAP,
	NET_MACVTAP,   /* needs `parent` */
	NET_VLAN,      /* needs `parent` */
	NET_WIREGUARD, /* the interface only: keys and peers are not part of this state */
	NET_KINDS,
};

struct net_bridge {
	bool stp;
	unsigned forward_delay_cs; /* centiseconds; 0 is accepted only without STP */
	bool vlan_filtering;
	bool no_default_vlan; /* it has filtered for us: see struct net_vlan; not compared */
};

enum net_macvtap_mode { /* the kernel's numbers, linux/if_link.h MACVLAN_MODE_* */
			NET_MACVTAP_PRIVATE = 1,
			NET_MACVTAP_VEPA = 2,
			NET_MACVTAP_BRIDGE = 4,
			NET_MACVTAP_PASSTHRU = 8,
};

struct net_link {
	char name[NET_NAME_SIZE];
	enum net_kind kind;
	bool managed; /* set by who wants something of this link: it is compared */
	bool up;
	char master[NET_NAME_SIZE]; /* the bridge that it is a port of; "" for none */
	char parent[NET_NAME_SIZE]; /* of a VLAN or macvtap */
	char alias[NET_ALIAS_SIZE]; /* ifalias; "bedplate:FILE" for what is ours */
	bool has_mac;               /* false in a wanted link: any will do */
	uint8_t mac[6];
	unsigned mtu; /* 0 in a wanted link: any will do */
	struct net_bridge bridge;
	struct link_port port; /* counts only where `master` is set */
	struct tap tap;
	unsigned vlan_id;
	enum net_macvtap_mode macvtap_mode;
	char origin[ORIGIN_MAX]; /* "network/lan.conf:3" of what asked for it; "" */

	/* Facts that net_read finds; nothing is done about them and they are not compared. */
	int index; /* 0 in a link that is still to be made */
	char was_name
		[NET_NAME_SIZE]; /* of one that is to be renamed: what it is now; "" */
	bool loopback, carrier, wireless;
	bool has_perm_mac;
	uint8_t perm_mac[6];        /* what the hardware came with */
	char type[NET_WORD_SIZE];   /* the kernel's word ("bridge", "tun", "veth"), "" for
					hardware */
	char driver[NET_WORD_SIZE]; /* of hardware: "e1000e" */
	char bus_path
		[NET_VALUE_SIZE]; /* of hardware: "pci-0000:01:00.0", "usb-1-4:1.0" */
};

struct net_address {
	char link[NET_NAME_SIZE];
	int family;        /* AF_INET, AF_INET6 */
	uint8_t bytes[16]; /* network order; the first 4 for IPv4 */
	unsigned prefix;
	bool has_peer; /* point to point: `bytes` is ours, `peer` the other end, and the
			  prefix is the peer's */
	uint8_t peer[16];
	bool has_broadcast; /* IPv4 only; of a wanted address: false means the kernel's none */
	uint8_t broadcast[4];
	unsigned flags;  /* IFA_F_* that may be set: noprefixroute, mngtmpaddr, ... */
	unsigned scope;  /* RT_SCOPE_* */
	unsigned metric; /* of the route that comes with it; 0: the kernel's */
	uint32_t valid_s, preferred_s; /* seconds left; NET_FOREVER */
	bool secondary;      /* fact: goes when the primary address of its subnet goes */
	uint32_t created_cs; /* fact: in 1/100 s of CLOCK_MONOTONIC, which wraps */
	bool tentative; /* fact: IPv6; the kernel still asks whether another machine has it */
	bool dad_failed; /* fact: another machine has it, and the kernel leaves it unused */
	char origin[ORIGIN_MAX];
};

#define NET_FOREVER UINT32_MAX

struct net_route {
	char link[NET_NAME_SIZE]; /* "" for blackhole and its like */
	int family;
	unsigned type; /* RTN_UNICAST, RTN_BLACKHOLE, ...; 0 in a wanted one: unicast */
	uint8_t to[16];
	unsigned prefix; /* 0 with `to` zero: the default route */
	bool has_via;
	int via_family; /* mostly `family`; 0 is the same */
	uint8_t via[16];
	bool has_source; /* the preferred source address */
	uint8_t source[16];
	unsigned table; /* 0: main */
	unsigned
		metric; /* 0: the kernel's (1024 for IPv6). A route of a router advertisement
			    is added with a metric behind the kernel's, until that makes its
			    own */
	unsigned tos;
	unsigned protocol; /* RTPROT_*; not compared; 0 in a wanted one: static */
	unsigned scope;    /* not compared */
	bool onlink;
	unsigned mtu, advmss; /* 0: not set */
	uint32_t expires_s;   /* 0: never; not compared */
	bool complex; /* several next hops, or a kind that is not understood: it is left
			 alone, and whoever would have to move it has to refuse */
	char origin[ORIGIN_MAX];
};

/* A VLAN that a port of a bridge with vlan_filtering, or the bridge itself, takes part in. A
 * bridge that is made here gives its ports none by itself: all that are wanted are listed. */
struct net_vlan {
	char link[NET_NAME_SIZE];
	unsigned id;
	bool pvid, untagged;
	char origin[ORIGIN_MAX];
};

/* One value below /proc/sys; a link's own mostly. */
struct net_sysctl {
	char path[NET_PATH_SIZE]; /* "net/ipv4/conf/br0/forwarding" */
	char value[NET_VALUE_SIZE];
	char origin[ORIGIN_MAX];
};

struct net {
	struct net_link *links;
	size_t link_count;
	struct net_address *addresses;
	size_t address_count;
	struct net_route *routes;
	size_t route_count;
	struct net_vlan *vlans;
	size_t vlan_count;
	struct net_sysctl *sysctls;
	size_t sysctl_count;
	bool overflow; /* memory ran out while something was added */
};

#define NET_INIT              \
	{                     \
		.links = NULL \
	}

void net_release(struct net *net);
#define _cleanup_net_ __attribute__((cleanup(net_release)))

/* Makes `copy` (which is released first) the same as `net`. 0, or -ENOMEM. */
int net_copy(struct net *copy, const struct net *net, struct err *err);

/* ---- the members. Adding keeps a copy and returns a pointer to it that is good until the
 * next is added; without memory it sets `overflow`, which net_check_memory tells of, and
 * returns a scratch value that nobody reads. ---- */

struct net_link *net_add_link(struct net *net, const struct net_link *link);
struct net_address *net_add_address(struct net *net, const struct net_address *address);
struct net_route *net_add_route(struct net *net, const struct net_route *route);
struct net_vlan *net_add_vlan(struct net *net, const struct net_vlan *vlan);
/* One that is there already gets the new value. */
struct net_sysctl *net_set_sysctl(struct net *net, const char *path, const char *value,
				  const char *origin);
int net_check_memory(const struct net *net, struct err *err);

/* The link of this name or index, or NULL. */
struct net_link *net_find_link(const struct net *net, const char *name);
struct net_link *net_find_index(const struct net *net, int index);
const struct net_sysctl *net_find_sysctl(const struct net *net, const char *path);

/* Take one out, the others keep their order. */
void net_remove_link(struct net *net, const char *name); /* with all that stands on it */
void net_remove_address(struct net *net, size_t number);
void net_remove_route(struct net *net, size_t number);

/* Moves what a port may not keep to the bridge that takes it: addresses (but no IPv6
 * link-local ones) and routes, in their order; origins stay. Both links become managed.
 * -EOPNOTSUPP with the route's text where one of them is complex: nothing was moved then.
 */
int net_move(struct net *net, const char *from, const char *to, struct err *err);

/* A link that carries our alias: it may be deleted. */
bool net_is_ours(const struct net_link *link);

/* fe80::/10: the kernel makes them; such an address is never removed. */
bool net_is_link_local(const struct net_address *address);

/* Whether they are the same for the differ, and whether one that is the same is there. */
bool net_same_address(const struct net_address *a, const struct net_address *b);
bool net_same_route(const struct net_route *a, const struct net_route *b);
bool net_has_address(const struct net *net, const struct net_address *address);
bool net_has_route(const struct net *net, const struct net_route *route);

/* ---- texts, as ip(8) writes them; they return `text` ---- */

const char *net_kind_word(enum net_kind kind); /* "bridge"; "nic" */
/* "10.0.0.1/24", "fd00::1/64", "10.0.0.1 peer 10.0.0.2/32" */
const char *net_address_text(const struct net_address *address, char *text, size_t size);
/* "default via 10.0.0.1 dev eth0 metric 100" */
const char *net_route_text(const struct net_route *route, char *text, size_t size);
const char *net_mac_text(const uint8_t mac[6], char text[18]);

/* The other way round; false where it is none. */
bool net_parse_mac(const char *text, uint8_t mac[6]);
/* "10.0.0.1/24", "fd00::1"; without a prefix it is the whole address's (32, 128). */
bool net_parse_address(const char *text, int *family, uint8_t bytes[16],
		       unsigned *prefix);

/* ---- the kernel ---- */

/* Reads the present state: links, addresses, routes, bridges' VLANs by netlink, hardware's
 * drivers and places from sys/ below the root. Routes that the kernel makes by itself for
 * an address are left out. No sysctls: see net_read_sysctls. `net` is released first. */
int net_read(struct net *net, struct netlink *nl, int root_fd, struct err *err);

/* Reads the present values of all sysctls that `want` names into `have`; those of links
 * that are not there yet are left out. */
int net_read_sysctls(struct net *have, const struct net *want, int root_fd,
		     struct err *err);

/* ---- JSON: {"links": [...], "addresses": [...], ...}; what has its default is left out */

json_t *net_to_json(const struct net *net);
/* -EBADMSG where it is no such thing. `net` is released first. */
int net_from_json(struct net *net, const json_t *json, struct err *err);

#endif
