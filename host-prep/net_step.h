/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_step.h: what a step of the network's holds, between the differ and who does it. */
#ifndef BEDPLATE_HOST_PREP_NET_STEP_H
#define BEDPLATE_HOST_PREP_NET_STEP_H

#include "host-prep/net.h"
#include "host-prep/net_diff.h"
#include "host-prep/step.h"

/* `part` of the network's steps: compared as a pointer. */
extern const char net_part[];

enum net_op {
	NET_MAKE,      /* a link with all its attributes, its bridge, up */
	NET_UNMAKE,    /* a link of ours that is made anew afterwards */
	NET_SET_ALIAS, /* one attribute of a link that is there */
	NET_SET_MTU,
	NET_SET_MAC,
	NET_SET_BRIDGE,
	NET_SET_FILTERING,
	NET_SET_TAP,
	NET_SET_MACVTAP,
	NET_SET_MASTER, /* with what the bridge keeps about the port */
	NET_SET_PORT,
	NET_SET_UP,
	NET_SET_DOWN,
	NET_DELETE,
	NET_ADD_ADDRESS,
	NET_REMOVE_ADDRESS,
	NET_ADD_ROUTE,
	NET_REMOVE_ROUTE,
	NET_ADD_VLAN,
	NET_REMOVE_VLAN,
	NET_SET_SYSCTL,
	NET_OPS,
};

struct net_step {
	enum net_op op;
	struct net_link link; /* as wanted; as it is where it goes */
	union {
		struct net_address address;
		struct net_route route;
		struct net_vlan vlan;
		struct net_sysctl sysctl;
	};
	/* Out of its usual order: an address that has to go before another comes, a sysctl
	 * that is set before its link goes up. */
	bool early;
	bool failed;   /* set by net_apply: it is the first that the kernel refused */
	bool was_made; /* of NET_MAKE, set by net_apply: the link is there because of it */
	bool is_moved; /* an address that another link has now: it is known to be unique */
};

/* The data of a step of the network's, or NULL where the step is another part's. */
const struct net_step *net_step_of(const struct step *step);

/* Does the steps; with `goes_on` as many as can be done, whatever fails. Returns the first
 * failure. */
int net_apply_steps(struct netlink *nl, int root_fd, const struct steps *steps,
		    net_made_fn *when_made, bool goes_on, struct err *err);

/* ---- the differ's own parts ---- */

struct net_compare {
	const struct net *have; /* without the links that are made anew */
	const struct net *want;
	struct steps *steps;
};

/* Adds a step; `net_step` is copied. */
void net_compare_add(struct net_compare *compare, const struct net_step *net_step,
		     enum step_action action, const char *before, const char *after,
		     const char *what);

/* Whether the addresses, routes and VLANs of this link are in question. */
bool net_compare_covers(const struct net_compare *compare, const char *link);

void net_compare_link(struct net_compare *compare, const struct net_link *had,
		      const struct net_link *wanted);
void net_compare_addresses(struct net_compare *compare);
void net_compare_routes(struct net_compare *compare);
void net_compare_vlans(struct net_compare *compare);
void net_compare_sysctls(struct net_compare *compare);

/* "bridge br0"; of what is not made here "link eth0". */
const char *net_link_text(const struct net_link *link, char *text, size_t size);

#endif
