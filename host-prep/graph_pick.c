/* SPDX-License-Identifier: GPL-2.0-or-later */
/* graph_pick.c: what of a graph belongs to some of its networks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/graph.h"
#include "lib/nearest.h"

/* A network of this name; "network" means all where none is called that. */
static bool mark_network(const struct graph *graph, const char *name, bool *kept)
{
	bool found = false;

	for (int all = 0; !found && all <= !strcmp(name, "network"); all++)
		for (size_t i = 0; i < graph->node_count; i++)
			if (graph->nodes[i].kind == GRAPH_NETWORK &&
			    (all || !strcmp(graph->nodes[i].name, name)))
				found = kept[i] = true;
	return found || !strcmp(name, "network");
}

static int refuse(const struct graph *graph, const char *name, struct err *err)
{
	struct nearest nearest = { .word = name };
	_cleanup_strbuf_ struct strbuf names;

	strbuf_init(&names, 0);
	for (size_t i = 0; i < graph->node_count; i++) {
		if (graph->nodes[i].kind != GRAPH_NETWORK)
			continue;
		nearest_offer(&nearest, graph->nodes[i].name);
		strbuf_addf(&names, "%s%s", names.length ? ", " : "",
			    graph->nodes[i].name);
	}
	err_set(err, EINVAL, "there is no network \"%.80s\"", name);
	if (nearest.best)
		err_hint(err, "did you mean %s?", nearest.best);
	else if (names.length)
		err_hint(err, "there are: %s", names.text);
	else
		err_hint(err, "etc/bedplate/network has none");
	return err_mistake(err);
}

/* What is below, and what a VLAN or macvtap that is kept is on. Whether one more was found. */
static bool mark_joined(const struct graph *graph, bool *kept)
{
	bool more = false;

	for (size_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];
		bool up = edge->way == GRAPH_CARRIES;
		size_t from = up ? edge->to : edge->from;
		size_t to = up ? edge->from : edge->to;

		more |= kept[from] && !kept[to];
		kept[to] |= kept[from];
	}
	return more;
}

static void drop_others(struct graph *graph, const bool *kept, size_t *places)
{
	size_t nodes = 0, edges = 0;

	for (size_t i = 0; i < graph->node_count; i++) {
		places[i] = nodes;
		if (kept[i])
			graph->nodes[nodes++] = graph->nodes[i];
		else
			names_release(&graph->nodes[i].drift);
	}
	for (size_t i = 0; i < graph->edge_count; i++) {
		struct graph_edge edge = graph->edges[i];

		if (!kept[edge.from] || !kept[edge.to])
			continue;
		edge.from = places[edge.from];
		edge.to = places[edge.to];
		graph->edges[edges++] = edge;
	}
	graph->node_count = nodes;
	graph->edge_count = edges;
}

int graph_pick(struct graph *graph, const char *const *names, size_t count,
	       struct err *err)
{
	bool *kept = calloc(graph->node_count + 1, sizeof(*kept));
	size_t *places = calloc(graph->node_count + 1, sizeof(*places));
	int result = kept && places ? 0 : err_sys(err, ENOMEM, "drawing the networks");

	for (size_t i = 0; !result && i < count; i++)
		if (!mark_network(graph, names[i], kept))
			result = refuse(graph, names[i], err);
	while (!result && mark_joined(graph, kept))
		;
	if (!result)
		drop_others(graph, kept, places);
	free(kept);
	free(places);
	return result;
}
