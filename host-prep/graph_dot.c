/* SPDX-License-Identifier: GPL-2.0-or-later */
/* graph_dot.c: the graph in the language of graphviz, and as JSON. */
#include "host-prep/graph.h"
#include "lib/show_json.h"
#include "lib/svg.h"

/* ---- dot(1): https://graphviz.org/doc/info/lang.html ---- */

static const struct {
	const char *shape, *style;
} shapes[] = {
	[GRAPH_NETWORK] = { "box", "rounded,filled" },
	[GRAPH_LINK] = { "box", "filled" },
	[GRAPH_GUEST] = { "ellipse", "filled" },
};

static const char *const colours[GRAPH_STATES] = {
	[GRAPH_AS_WANTED] = "#dafbe1", [GRAPH_CHANGED] = "#fff8c5",
	[GRAPH_MISSING] = "#ffebe9",   [GRAPH_LEFT] = "#fff8c5",
	[GRAPH_OTHER] = "#f6f8fa",
};

static const char *const ways[GRAPH_WAYS] = {
	[GRAPH_HAS] = "solid",
	[GRAPH_PORT] = "bold",
	[GRAPH_CARRIES] = "dashed",
	[GRAPH_SERVES] = "dotted",
};

/* Within the quotes of a string. */
static void add_quoted(struct strbuf *out, const char *text)
{
	while (*text) {
		size_t length = svg_letter_length(text);

		if (*text == '"' || *text == '\\')
			strbuf_addc(out, '\\');
		if (length)
			strbuf_add(out, text, length);
		else
			strbuf_addc(out, '?');
		text += length ? length : 1;
	}
}

static void write_node(const struct graph_node *node, size_t number, struct strbuf *out)
{
	strbuf_addf(out, "\tn%zu [shape=%s, style=\"%s%s\", fillcolor=\"%s\", label=\"",
		    number, shapes[node->kind].shape, shapes[node->kind].style,
		    node->state == GRAPH_MISSING ? ",dashed" : "", colours[node->state]);
	strbuf_addf(out, "%s ", node->word);
	add_quoted(out, node->name);
	if (*node->detail)
		strbuf_adds(out, "\\n");
	add_quoted(out, node->detail);
	if (*graph_state_text(node->state))
		strbuf_addf(out, "\\n! %s", graph_state_text(node->state));
	for (size_t i = 0; i < node->drift.count; i++) {
		strbuf_adds(out, "\\l");
		add_quoted(out, node->drift.items[i]);
	}
	strbuf_adds(out, node->drift.count ? "\\l\"];\n" : "\"];\n");
}

void graph_write_dot(const struct graph *graph, struct strbuf *out)
{
	strbuf_adds(out, "digraph networks {\n\trankdir=LR;\n"
			 "\tnode [fontname=\"monospace\", fontsize=10];\n"
			 "\tedge [dir=none];\n");
	for (size_t i = 0; i < graph->node_count; i++)
		write_node(&graph->nodes[i], i, out);
	for (size_t i = 0; i < graph->edge_count; i++)
		strbuf_addf(out, "\tn%zu -> n%zu [style=%s];\n", graph->edges[i].from,
			    graph->edges[i].to, ways[graph->edges[i].way]);
	strbuf_adds(out, "}\n");
}

/* ---- JSON ---- */

static json_t *node_json(const struct graph_node *node, size_t number)
{
	json_t *drift = json_array();

	for (size_t i = 0; i < node->drift.count; i++)
		json_array_append_new(drift, show_json_text(node->drift.items[i]));
	return json_pack("{s:i, s:s, s:o, s:o, s:s, s:o}", "id", (int)number, "kind",
			 node->word, "name", show_json_text(node->name), "detail",
			 show_json_text(node->detail), "state",
			 graph_state_word(node->state), "drift", drift);
}

json_t *graph_json(const struct graph *graph)
{
	static const char *const words[GRAPH_WAYS] = {
		[GRAPH_HAS] = "has",
		[GRAPH_PORT] = "port",
		[GRAPH_CARRIES] = "carries",
		[GRAPH_SERVES] = "serves",
	};
	json_t *nodes = json_array(), *edges = json_array();

	for (size_t i = 0; i < graph->node_count; i++)
		json_array_append_new(nodes, node_json(&graph->nodes[i], i));
	for (size_t i = 0; i < graph->edge_count; i++)
		json_array_append_new(edges, json_pack("{s:i, s:i, s:s}", "from",
						       (int)graph->edges[i].from, "to",
						       (int)graph->edges[i].to, "way",
						       words[graph->edges[i].way]));
	return json_pack("{s:i, s:o, s:o}", "version", 1, "nodes", nodes, "edges", edges);
}
