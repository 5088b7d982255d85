/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_stage.c: what each step of the network does in which stage. */
#include <stdio.h>

#include "host-prep/net_message.h"
#include "host-prep/net_stage.h"
#include "lib/file.h"

/* ---- the stages of a link ---- */

static void unmake(struct apply *apply, const struct step *step,
		   const struct net_step *what)
{
	int index = net_apply_index(apply, step, what->link.name);

	if (index)
		link_message_delete(&apply->batch, index, step);
}

/* Nobody else has this group: it is a number of 30 random bits. */
static void put_into_group(struct apply *apply, const struct step *step,
			   const struct net_step *what)
{
	int index = net_apply_index(apply, step, what->link.name);

	if (!index)
		return;
	net_message_group(&apply->batch, index, apply->group, step);
	apply->last_deleted = step;
}

static void make(struct apply *apply, const struct step *step,
		 const struct net_step *what)
{
	struct err own = ERR_INIT;
	int parent = 0;

	if (what->link.kind == NET_TAP) {
		if (tap_make(what->link.name, &what->link.tap, apply->root_fd, &own))
			net_apply_fail(apply, step, &own);
		else
			((struct net_step *)step->data)->was_made = true;
		return;
	}
	if (*what->link.parent) {
		parent = net_apply_index(apply, step, what->link.parent);
		if (!parent)
			return;
	}
	/* Until the kernel says otherwise. */
	((struct net_step *)step->data)->was_made = true;
	net_message_make(&apply->batch, &what->link, parent, step);
}

/* The kernel takes an alias only for a link that is there, and a tap has no more than a
 * name at first. */
static void set_new(struct apply *apply, const struct step *step,
		    const struct net_step *what)
{
	const struct net_link *link = &what->link;
	int index = net_apply_index(apply, step, link->name);
	struct err own = ERR_INIT;

	if (!index)
		return;
	if (*link->alias)
		link_message_alias(&apply->batch, index, link->alias, step);
	if (link->kind == NET_TAP && link->mtu)
		link_message_mtu(&apply->batch, index, link->mtu, step);
	if (link->kind == NET_TAP && link->has_mac)
		link_message_mac(&apply->batch, index, link->mac, step);
	if (link->kind == NET_MACVTAP &&
	    tap_own_node(&link->tap, index, apply->root_fd, &own))
		net_apply_fail(apply, step, &own);
}

static void set_attribute(struct apply *apply, const struct step *step,
			  const struct net_step *what)
{
	const struct net_link *link = &what->link;
	struct netlink_batch *batch = &apply->batch;
	int index = net_apply_index(apply, step, link->name);

	if (!index)
		return;
	if (what->op == NET_SET_ALIAS)
		link_message_alias(batch, index, link->alias, step);
	else if (what->op == NET_SET_MTU)
		link_message_mtu(batch, index, link->mtu, step);
	else if (what->op == NET_SET_MAC)
		link_message_mac(batch, index, link->mac, step);
	else if (what->op == NET_SET_BRIDGE)
		net_message_bridge(batch, index, &link->bridge, step);
	else if (what->op == NET_SET_FILTERING)
		net_message_filtering(batch, index, link->bridge.vlan_filtering, step);
	else
		net_message_macvtap(batch, index, link->macvtap_mode, step);
}

static void set_tap(struct apply *apply, const struct step *step,
		    const struct net_step *what)
{
	struct err own = ERR_INIT;

	if (tap_change(what->link.name, &what->link.tap, apply->root_fd, &own))
		net_apply_fail(apply, step, &own);
}

static void set_up(struct apply *apply, const struct step *step,
		   const struct net_step *what, bool up)
{
	int index = net_apply_index(apply, step, what->link.name);

	if (index)
		link_message_up(&apply->batch, index, up, step);
}

static void go_up(struct apply *apply, const struct step *step,
		  const struct net_step *what)
{
	if (what->link.up && !*what->link.master)
		set_up(apply, step, what, true);
}

static void port_goes_up(struct apply *apply, const struct step *step,
			 const struct net_step *what)
{
	if (what->link.up && *what->link.master)
		set_up(apply, step, what, true);
}

static void go_down(struct apply *apply, const struct step *step,
		    const struct net_step *what)
{
	set_up(apply, step, what, false);
}

static void set_master(struct apply *apply, const struct step *step,
		       const struct net_step *what)
{
	const char *name = what->link.master;
	int index, master = 0;

	if (what->op == NET_MAKE && !*name)
		return;
	index = net_apply_index(apply, step, what->link.name);
	if (*name)
		master = net_apply_index(apply, step, name);
	if (index && (master || !*name))
		link_message_master(&apply->batch, index, master, step);
}

static void set_port(struct apply *apply, const struct step *step,
		     const struct net_step *what)
{
	const struct link_port *port = &what->link.port;
	int index;

	if (!*what->link.master)
		return;
	/* A new port has neither. */
	if (what->op != NET_SET_PORT && !port->isolated && !port->hairpin)
		return;
	index = net_apply_index(apply, step, what->link.name);
	if (index)
		link_message_port(&apply->batch, index, port, step);
}

/* A bridge takes the smallest MTU of its ports as its own until it is told one: not by the one
 * that it has already. */
static void complete_new(struct apply *apply, const struct step *step,
			 const struct net_step *what)
{
	int index;

	set_port(apply, step, what);
	if (what->link.kind != NET_BRIDGE || !what->link.mtu)
		return;
	index = net_apply_index(apply, step, what->link.name);
	if (index)
		link_message_mtu(&apply->batch, index, what->link.mtu, step);
}

/* ---- what stands on links ---- */

static void set_vlan(struct apply *apply, const struct step *step,
		     const struct net_step *what)
{
	const struct link_vlan vlan = { .id = what->vlan.id,
					.pvid = what->vlan.pvid,
					.untagged = what->vlan.untagged };
	int index = net_apply_index(apply, step, what->vlan.link);

	if (index)
		link_message_vlan(&apply->batch, index, what->link.kind == NET_BRIDGE,
				  &vlan, what->op == NET_ADD_VLAN, step);
}

static void set_address(struct apply *apply, const struct step *step,
			const struct net_step *what)
{
	int index = net_apply_index(apply, step, what->address.link);

	if (index)
		net_message_address(&apply->batch, index, &what->address,
				    what->op == NET_ADD_ADDRESS, what->is_moved, step);
}

static void early_address_goes(struct apply *apply, const struct step *step,
			       const struct net_step *what)
{
	if (what->early)
		set_address(apply, step, what);
}

static void address_goes(struct apply *apply, const struct step *step,
			 const struct net_step *what)
{
	if (!what->early)
		set_address(apply, step, what);
}

static void set_route(struct apply *apply, const struct step *step,
		      const struct net_step *what)
{
	int index = net_apply_index(apply, step, what->route.link);

	if (index)
		net_message_route(&apply->batch, index, &what->route,
				  what->op == NET_ADD_ROUTE, step);
}

/* A gateway has to be reachable when its route comes. */
static void route_comes(struct apply *apply, const struct step *step,
			const struct net_step *what)
{
	if (!what->route.has_via)
		set_route(apply, step, what);
}

static void route_via_comes(struct apply *apply, const struct step *step,
			    const struct net_step *what)
{
	if (what->route.has_via)
		set_route(apply, step, what);
}

static void set_sysctl(struct apply *apply, const struct step *step,
		       const struct net_step *what)
{
	char path[NET_PATH_SIZE + 16];
	struct err own = ERR_INIT;

	snprintf(path, sizeof(path), "proc/sys/%s", what->sysctl.path);
	if (file_write(apply->root_fd, path, what->sysctl.value, &own))
		net_apply_fail(apply, step, &own);
}

static void early_sysctl(struct apply *apply, const struct step *step,
			 const struct net_step *what)
{
	if (what->early)
		set_sysctl(apply, step, what);
}

static void late_sysctl(struct apply *apply, const struct step *step,
			const struct net_step *what)
{
	if (!what->early)
		set_sysctl(apply, step, what);
}

typedef void stage_function(struct apply *apply, const struct step *step,
			    const struct net_step *what);

static stage_function *const work[NET_OPS][STAGES] = {
	[NET_UNMAKE] = { [STAGE_UNMAKE] = unmake },
	[NET_MAKE] = { [STAGE_MAKE] = make,
		       [STAGE_SET] = set_new,
		       [STAGE_UP] = go_up,
		       [STAGE_MASTER] = set_master,
		       [STAGE_UP_PORT] = port_goes_up,
		       [STAGE_PORT] = complete_new },
	[NET_SET_ALIAS] = { [STAGE_SET] = set_attribute },
	[NET_SET_MTU] = { [STAGE_SET] = set_attribute },
	[NET_SET_MAC] = { [STAGE_SET] = set_attribute },
	[NET_SET_BRIDGE] = { [STAGE_SET] = set_attribute },
	[NET_SET_FILTERING] = { [STAGE_SET] = set_attribute },
	[NET_SET_MACVTAP] = { [STAGE_SET] = set_attribute },
	[NET_SET_TAP] = { [STAGE_SET] = set_tap },
	[NET_SET_MASTER] = { [STAGE_MASTER] = set_master, [STAGE_PORT] = set_port },
	[NET_SET_PORT] = { [STAGE_PORT] = set_port },
	[NET_SET_UP] = { [STAGE_UP] = go_up, [STAGE_UP_PORT] = port_goes_up },
	[NET_SET_DOWN] = { [STAGE_DOWN] = go_down },
	[NET_DELETE] = { [STAGE_DELETE] = put_into_group },
	[NET_ADD_ADDRESS] = { [STAGE_ADDRESS_COMES] = set_address },
	[NET_REMOVE_ADDRESS] = { [STAGE_ADDRESS_GOES_EARLY] = early_address_goes,
				 [STAGE_ADDRESS_GOES] = address_goes },
	[NET_ADD_ROUTE] = { [STAGE_ROUTE_COMES] = route_comes,
			    [STAGE_ROUTE_VIA_COMES] = route_via_comes },
	[NET_REMOVE_ROUTE] = { [STAGE_ROUTE_GOES] = set_route },
	[NET_ADD_VLAN] = { [STAGE_PORT] = set_vlan },
	[NET_REMOVE_VLAN] = { [STAGE_PORT] = set_vlan },
	[NET_SET_SYSCTL] = { [STAGE_SYSCTL_EARLY] = early_sysctl,
			     [STAGE_SYSCTL_LATE] = late_sysctl },
};

void net_stage_step(struct apply *apply, enum stage stage, const struct step *step)
{
	const struct net_step *what = net_step_of(step);

	if (what && work[what->op][stage])
		work[what->op][stage](apply, step, what);
}

void net_stage_end(struct apply *apply, enum stage stage)
{
	if (stage == STAGE_DELETE && apply->last_deleted)
		net_message_delete_group(&apply->batch, apply->group,
					 apply->last_deleted);
	apply->last_deleted = NULL;
}
