/* SPDX-License-Identifier: GPL-2.0-or-later */
/* graph.c: makes the graph of networks, interfaces and guests. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/graph.h"
#include "host-prep/net_step.h"
#include "lib/cleanup.h"

static const struct {
	const char *word, *text;
} states[GRAPH_STATES] = {
	[GRAPH_AS_WANTED] = { "as-wanted", "" },
	[GRAPH_CHANGED] = { "changed", "not as configured" },
	[GRAPH_MISSING] = { "missing", "missing" },
	[GRAPH_LEFT] = { "left", "no file asks for it any more" },
	[GRAPH_OTHER] = { "other", "" },
};

const char *graph_state_text(enum graph_state state)
{
	return states[state].text;
}

const char *graph_state_word(enum graph_state state)
{
	return states[state].word;
}

/* ---- nodes and edges ---- */

static size_t find_node(const struct graph *graph, enum graph_kind kind, const char *name)
{
	for (size_t i = 0; i < graph->node_count; i++)
		if (graph->nodes[i].kind == kind && !strcmp(graph->nodes[i].name, name))
			return i;
	return SIZE_MAX;
}

static struct graph_node *add_node(struct graph *graph, enum graph_kind kind,
				   const char *word, const char *name)
{
	static struct graph_node scratch;
	struct graph_node *nodes =
		reallocarray(graph->nodes, graph->node_count + 1, sizeof(*nodes));

	if (!nodes) {
		graph->overflow = true;
		return &scratch;
	}
	graph->nodes = nodes;
	nodes += graph->node_count++;
	*nodes = (struct graph_node){ .kind = kind, .drift = NAMES_INIT };
	snprintf(nodes->word, sizeof(nodes->word), "%s", word);
	snprintf(nodes->name, sizeof(nodes->name), "%s", name);
	return nodes;
}

static void add_edge(struct graph *graph, size_t from, size_t to, enum graph_way way)
{
	struct graph_edge *edges;

	if (from == SIZE_MAX || to == SIZE_MAX || from == to)
		return;
	for (size_t i = 0; i < graph->edge_count; i++)
		if (graph->edges[i].from == from && graph->edges[i].to == to)
			return;
	edges = reallocarray(graph->edges, graph->edge_count + 1, sizeof(*edges));
	if (!edges) {
		graph->overflow = true;
		return;
	}
	graph->edges = edges;
	edges[graph->edge_count++] =
		(struct graph_edge){ .from = from, .to = to, .way = way };
}

/* Adds words to a node's detail, as many as there is room for. */
static void add_detail(struct graph_node *node, const char *words)
{
	size_t length = strlen(node->detail);

	if (*words)
		snprintf(node->detail + length, sizeof(node->detail) - length, "%s%s",
			 length ? ", " : "", words);
}

/* ---- links ---- */

static void add_addresses(struct graph_node *node, const struct net *net,
			  const char *link)
{
	char text[2 * NET_ADDRESS_TEXT + 8];

	for (size_t i = 0; i < net->address_count; i++)
		if (!strcmp(net->addresses[i].link, link) &&
		    !net_is_link_local(&net->addresses[i]))
			add_detail(node, net_address_text(&net->addresses[i], text,
							  sizeof(text)));
}

static const char *link_word(const struct net_link *link)
{
	if (link->kind == NET_NIC && *link->type)
		return link->type;
	return net_kind_word(link->kind);
}

static void add_link(struct graph *graph, const struct net_link *link,
		     const struct net *net, enum graph_state state)
{
	struct graph_node *node =
		add_node(graph, GRAPH_LINK, link_word(link), link->name);
	char text[64];

	node->state = state;
	if (state != GRAPH_MISSING)
		add_detail(node, !link->up       ? "down"
				 : link->carrier ? "up"
						 : "up, no carrier");
	if (link->kind == NET_VLAN) {
		snprintf(text, sizeof(text), "VLAN %u", link->vlan_id);
		add_detail(node, text);
	}
	if (link->kind == NET_NIC)
		add_detail(node, link->driver);
	add_addresses(node, net, link->name);
	if (*link->was_name) {
		snprintf(text, sizeof(text), "~ link %s: name -> %s", link->was_name,
			 link->name);
		node->state = GRAPH_CHANGED;
		if (names_add(&node->drift, text))
			graph->overflow = true;
	}
}

static enum graph_state link_state(const struct want *want, const struct net_link *link,
				   const struct net *wanted)
{
	if (!net_find_link(wanted, link->name))
		return GRAPH_LEFT;
	return want_has_link(want, link->name) ? GRAPH_AS_WANTED : GRAPH_OTHER;
}

static void add_links(struct graph *graph, const struct want *want,
		      const struct net *have, const struct net *wanted)
{
	for (size_t i = 0; i < have->link_count; i++)
		if (!have->links[i].loopback)
			add_link(graph, &have->links[i], have,
				 link_state(want, &have->links[i], wanted));
	for (size_t i = 0; i < wanted->link_count; i++)
		if (!net_find_link(have, wanted->links[i].name))
			add_link(graph, &wanted->links[i], wanted, GRAPH_MISSING);
}

static void join_links(struct graph *graph, const struct net *net,
		       const struct net *prefer)
{
	for (size_t i = 0; i < net->link_count; i++) {
		const struct net_link *link = &net->links[i];
		size_t node = find_node(graph, GRAPH_LINK, link->name);

		if (prefer && net_find_link(prefer, link->name))
			continue;
		if (*link->master)
			add_edge(graph, find_node(graph, GRAPH_LINK, link->master), node,
				 GRAPH_PORT);
		if (*link->parent)
			add_edge(graph, find_node(graph, GRAPH_LINK, link->parent), node,
				 GRAPH_CARRIES);
	}
}

/* ---- networks ---- */

static const char *const mode_words[] = {
	[network_network_mode_nat] = "nat",
	[network_network_mode_isolated] = "isolated",
	[network_network_mode_host_only] = "host-only",
	[network_network_mode_public] = "public",
	[network_network_mode_none] = "no bridge",
};

static void add_networks(struct graph *graph, const struct want *want)
{
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];
		struct graph_node *node =
			add_node(graph, GRAPH_NETWORK, "network", network->file->name);

		add_detail(node, mode_words[network->data->network.mode]);
	}
}

static void join_upper(struct graph *graph, size_t network, const struct net *wanted,
		       const char *name)
{
	const struct net_link *link = net_find_link(wanted, name);

	/* One that is plugged into a bridge is found there. */
	if (link && !*link->master)
		add_edge(graph, network, find_node(graph, GRAPH_LINK, name), GRAPH_HAS);
}

static void join_networks(struct graph *graph, const struct want *want,
			  const struct net *wanted)
{
	for (size_t i = 0; i < want->count; i++) {
		const struct want_network *network = &want->items[i];

		join_upper(graph, i, wanted, network->bridge);
		join_upper(graph, i, wanted, network->vpn);
		for (size_t j = 0; j < network->vlan_count; j++)
			join_upper(graph, i, wanted, network->vlans[j].name);
		for (size_t j = 0; j < network->macvtap_count; j++)
			join_upper(graph, i, wanted, network->macvtaps[j].name);
	}
}

/* ---- guests ---- */

static void describe_guest(struct graph_node *node, const struct want_guest *guest)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (guest->has_mac)
		mac_address_format(&guest->mac, &text);
	add_detail(node, text.text);
	for (size_t i = 0; i < guest->address_count; i++) {
		strbuf_truncate(&text, 0);
		ip_address_format(&guest->addresses[i], &text);
		add_detail(node, text.text);
	}
}

/* A guest without a file or a name is known by its hardware address, if at all. */
static void add_guest(struct graph *graph, const struct want_network *network,
		      const struct want_guest *guest)
{
	const char *name = *guest->guest ? guest->guest : guest->name;
	_cleanup_strbuf_ struct strbuf mac;
	size_t node, plug;

	strbuf_init(&mac, 0);
	if (guest->has_mac)
		mac_address_format(&guest->mac, &mac);
	name = *name ? name : mac.text;
	if (!*name)
		return;
	node = find_node(graph, GRAPH_GUEST, name);
	if (node == SIZE_MAX) {
		add_node(graph, GRAPH_GUEST, "guest", name);
		node = find_node(graph, GRAPH_GUEST, name);
	}
	if (node == SIZE_MAX)
		return;
	describe_guest(&graph->nodes[node], guest);
	plug = find_node(graph, GRAPH_LINK, *guest->tap ? guest->tap : network->bridge);
	add_edge(graph, plug, node, GRAPH_SERVES);
}

static void add_guests(struct graph *graph, const struct want *want,
		       const struct guests *guests)
{
	for (size_t i = 0; i < guests->count; i++)
		add_node(graph, GRAPH_GUEST, "guest", guests->items[i].name);
	for (size_t i = 0; i < want->count; i++)
		for (size_t j = 0; j < want->items[i].guest_count; j++)
			add_guest(graph, &want->items[i], &want->items[i].guests[j]);
}

/* ---- drift ---- */

/* The link that a sysctl belongs to: net/ipv4/conf/LINK/NAME. */
static const char *sysctl_link(const char *path, char name[NET_NAME_SIZE])
{
	const char *at = strstr(path, "/conf/");

	name[0] = '\0';
	if (at)
		snprintf(name, NET_NAME_SIZE, "%.*s", (int)strcspn(at + 6, "/"), at + 6);
	return name;
}

static const char *step_link(const struct net_step *step, char name[NET_NAME_SIZE])
{
	switch (step->op) {
	case NET_ADD_ADDRESS:
	case NET_REMOVE_ADDRESS:
		return step->address.link;
	case NET_ADD_ROUTE:
	case NET_REMOVE_ROUTE:
		return step->route.link;
	case NET_ADD_VLAN:
	case NET_REMOVE_VLAN:
		return step->vlan.link;
	case NET_SET_SYSCTL:
		return sysctl_link(step->sysctl.path, name);
	default:
		return step->link.name;
	}
}

static void add_drift(struct graph *graph, struct graph_node *node,
		      const struct step *step)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	step_write_line(step, &text);
	if (names_add(&node->drift, text.text))
		graph->overflow = true;
	if (node->state == GRAPH_AS_WANTED || node->state == GRAPH_OTHER)
		node->state = GRAPH_CHANGED;
}

static void add_drifts(struct graph *graph, const struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct net_step *own = net_step_of(&steps->items[i]);
		char name[NET_NAME_SIZE];
		size_t node = own ? find_node(graph, GRAPH_LINK, step_link(own, name))
				  : SIZE_MAX;

		/* Of what is not there all is missing: that need not be told line by line. */
		if (node != SIZE_MAX && graph->nodes[node].state != GRAPH_MISSING)
			add_drift(graph, &graph->nodes[node], &steps->items[i]);
	}
}

int graph_make(struct graph *graph, const struct want *want, const struct guests *guests,
	       const struct net *have, const struct net *wanted,
	       const struct steps *steps, struct err *err)
{
	*graph = (struct graph)GRAPH_INIT;
	add_networks(graph, want);
	add_links(graph, want, have, wanted);
	join_networks(graph, want, wanted);
	join_links(graph, wanted, NULL);
	join_links(graph, have, wanted);
	add_guests(graph, want, guests);
	add_drifts(graph, steps);
	return graph->overflow ? err_sys(err, ENOMEM, "drawing the networks") : 0;
}

void graph_release(struct graph *graph)
{
	for (size_t i = 0; i < graph->node_count; i++)
		names_release(&graph->nodes[i].drift);
	free(graph->nodes);
	free(graph->edges);
	*graph = (struct graph)GRAPH_INIT;
}
