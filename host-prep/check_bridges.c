/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_bridges.c: loops: ways by which a frame comes back to the bridge that it left.
 *
 * What the host itself connects is known: pairs of veth between bridges make a loop where
 * both ends are connected already. What is behind two cables is not known; that they are in
 * one bridge is worth a note.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/check.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static bool is_port_of(const struct net_link *link, const struct net_link *bridge)
{
	return !strcmp(link->master, bridge->name);
}

static void check_cables(const struct net *have, const struct net_link *bridge,
			 struct findings *findings)
{
	const struct net_link *first = NULL;

	for (size_t i = 0; i < have->link_count && !bridge->bridge.stp; i++) {
		const struct net_link *link = &have->links[i];

		if (!is_port_of(link, bridge) || link->kind != NET_NIC || link->type[0])
			continue;
		if (first && first->carrier && link->carrier) {
			finding_add(findings, CHECK_NOTE,
				    "%s has two cables (%s, %s) and no spanning tree",
				    bridge->name, first->name, link->name);
			finding_advise(findings,
				       "where both lead to the same switch that is a "
				       "loop: Stp=yes in [Bridge], or one port only");
			return;
		}
		first = link;
	}
}

/* A VLAN and what it is on, both in one bridge: each frame comes twice. */
static void check_parents(const struct net *have, const struct net_link *bridge,
			  struct findings *findings)
{
	for (size_t i = 0; i < have->link_count; i++) {
		const struct net_link *link = &have->links[i];
		const struct net_link *parent =
			link->parent[0] ? net_find_link(have, link->parent) : NULL;

		if (!parent || !is_port_of(link, bridge) || !is_port_of(parent, bridge))
			continue;
		finding_add(findings, CHECK_PROBLEM,
			    "%s and %s, which it is on, are both ports of %s: frames go "
			    "round",
			    link->name, parent->name, bridge->name);
		finding_advise(findings, "take one of them out of the bridge");
	}
}

static void check_delay(const struct net_link *bridge, struct findings *findings)
{
	if (!bridge->bridge.stp || bridge->bridge.forward_delay_cs < 500)
		return;
	finding_add(findings, CHECK_NOTE,
		    "%s has a spanning tree: a guest waits %u seconds until its first "
		    "packet goes out",
		    bridge->name, 2 * bridge->bridge.forward_delay_cs / 100);
	finding_advise(findings, "Stp=no where there is no second way, or a smaller "
				 "ForwardDelay= in [Bridge]");
}

/* ---- pairs of veth ---- */

/* Each link belongs to the set of those that it is connected with (union-find). */
static size_t root_of(const size_t *sets, size_t i)
{
	while (sets[i] != i)
		i = sets[i];
	return i;
}

static const struct net_link *peer_of(const struct net *have, const struct net_link *link,
				      int root_fd)
{
	char path[64];
	uint64_t index;

	snprintf(path, sizeof(path), "sys/class/net/%s/iflink", link->name);
	if (strcmp(link->type, "veth") != 0 ||
	    file_read_u64(root_fd, path, &index, NULL) < 0)
		return NULL;
	return net_find_index(have, (int)index);
}

static void check_pair(const struct net *have, size_t *sets, const struct net_link *link,
		       const struct net_link *peer, struct findings *findings)
{
	const struct net_link *a = net_find_link(have, link->master);
	const struct net_link *b = net_find_link(have, peer->master);
	size_t left, right;

	if (!a || !b)
		return;
	left = root_of(sets, (size_t)(a - have->links));
	right = root_of(sets, (size_t)(b - have->links));
	if (left != right) {
		sets[left] = right;
		return;
	}
	if (a->bridge.stp && b->bridge.stp)
		return;
	finding_add(findings, CHECK_PROBLEM,
		    "%s and %s close a loop between %s and %s, without a spanning tree",
		    link->name, peer->name, a->name, b->name);
	finding_advise(findings, "take one of them out of its bridge, or Stp=yes in "
				 "[Bridge] of both");
}

static void check_pairs(const struct net *have, int root_fd, struct findings *findings)
{
	_cleanup_free_ size_t *sets = calloc(have->link_count + 1, sizeof(*sets));

	for (size_t i = 0; sets && i < have->link_count; i++)
		sets[i] = i;
	for (size_t i = 0; sets && i < have->link_count; i++) {
		const struct net_link *link = &have->links[i];
		const struct net_link *peer =
			link->master[0] ? peer_of(have, link, root_fd) : NULL;

		/* once a pair */
		if (peer && peer > link && peer->master[0])
			check_pair(have, sets, link, peer, findings);
	}
}

/* ---- sizes ---- */

/* A bridge does not cut packets in pieces: a port drops those that are too large for it. */
static void check_sizes(const struct net *have, const struct net_link *bridge,
			struct findings *findings)
{
	for (size_t i = 0; net_is_ours(bridge) && i < have->link_count; i++) {
		const struct net_link *port = &have->links[i];

		if (strcmp(port->master, bridge->name) || !port->mtu ||
		    port->mtu >= bridge->mtu)
			continue;
		finding_add(findings, CHECK_WARNING,
			    "%s loses what is larger than %u bytes, and its bridge %s "
			    "has an MTU of %u",
			    port->name, port->mtu, bridge->name, bridge->mtu);
		finding_advise(findings,
			       "`ip link set %s mtu %u`, if all behind it take that; or "
			       "a smaller Mtu= in [Network]",
			       port->name, bridge->mtu);
	}
}

void check_bridges(const struct check_context *context, struct findings *findings)
{
	const struct net *have = context->have;

	if (!have) {
		finding_add(findings, CHECK_NOTE,
			    "bridges were not looked at: this is "
			    "not the running system");
		return;
	}
	for (size_t i = 0; i < have->link_count; i++) {
		if (have->links[i].kind != NET_BRIDGE)
			continue;
		check_cables(have, &have->links[i], findings);
		check_parents(have, &have->links[i], findings);
		check_delay(&have->links[i], findings);
		check_sizes(have, &have->links[i], findings);
	}
	check_pairs(have, context->root_fd, findings);
}
