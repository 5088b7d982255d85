/* SPDX-License-Identifier: GPL-2.0-or-later */
/* graph_tree.c: the graph from top to bottom, and as a tree of lines. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "host-prep/graph.h"
#include "lib/cleanup.h"

/* ---- the walk ---- */

struct walk {
	const struct graph *graph;
	struct graph_rows *rows;
	bool *seen;
	bool overflow;
};

static void visit(struct walk *walk, size_t node, size_t parent, unsigned depth)
{
	struct graph_row *items =
		reallocarray(walk->rows->items, walk->rows->count + 1, sizeof(*items));
	size_t row = walk->rows->count;

	if (!items) {
		walk->overflow = true;
		return;
	}
	walk->rows->items = items;
	items[walk->rows->count++] = (struct graph_row){
		.node = node, .parent = parent, .depth = depth, .again = walk->seen[node]
	};
	if (walk->seen[node])
		return;
	walk->seen[node] = true;
	for (size_t i = 0; i < walk->graph->edge_count; i++)
		if (walk->graph->edges[i].from == node)
			visit(walk, walk->graph->edges[i].to, row, depth + 1);
}

static bool is_below_another(const struct graph *graph, size_t node)
{
	for (size_t i = 0; i < graph->edge_count; i++)
		if (graph->edges[i].to == node)
			return true;
	return false;
}

static void mark_last(struct graph_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		size_t next = i + 1;

		while (next < rows->count &&
		       rows->items[next].parent != rows->items[i].parent)
			next++;
		rows->items[i].last = next == rows->count;
	}
}

int graph_walk(const struct graph *graph, struct graph_rows *rows, struct err *err)
{
	struct walk walk = { .graph = graph, .rows = rows };
	_cleanup_free_ bool *seen = calloc(graph->node_count + 1, sizeof(*seen));

	*rows = (struct graph_rows){ .items = NULL };
	if (!seen)
		return err_sys(err, ENOMEM, "drawing the networks");
	walk.seen = seen;
	for (size_t i = 0; i < graph->node_count; i++)
		if (!is_below_another(graph, i))
			visit(&walk, i, SIZE_MAX, 0);
	/* Circles have no beginning. */
	for (size_t i = 0; i < graph->node_count; i++)
		if (!seen[i])
			visit(&walk, i, SIZE_MAX, 0);
	mark_last(rows);
	return walk.overflow ? err_sys(err, ENOMEM, "drawing the networks") : 0;
}

void graph_rows_release(struct graph_rows *rows)
{
	free(rows->items);
	rows->items = NULL;
}

/* ---- lines ---- */

struct lines {
	const char *branch, *last, *trunk, *none;
};

static const struct lines utf8_lines = { "├─ ", "└─ ", "│  ", "   " };
static const struct lines ascii_lines = { "+- ", "`- ", "|  ", "   " };

/* What stands in front of everything below the row. */
static void write_trunks(const struct graph_rows *rows, size_t row,
			 const struct lines *lines, struct strbuf *out)
{
	const struct graph_row *at = &rows->items[row];

	if (at->parent == SIZE_MAX)
		return;
	write_trunks(rows, at->parent, lines, out);
	strbuf_adds(out, at->last ? lines->none : lines->trunk);
}

static bool has_rows_below(const struct graph_rows *rows, size_t row)
{
	return row + 1 < rows->count && rows->items[row + 1].parent == row;
}

static void write_row(const struct graph *graph, const struct graph_rows *rows,
		      size_t row, const struct lines *lines, struct strbuf *out)
{
	const struct graph_row *at = &rows->items[row];
	const struct graph_node *node = &graph->nodes[at->node];

	if (at->parent != SIZE_MAX) {
		write_trunks(rows, at->parent, lines, out);
		strbuf_adds(out, at->last ? lines->last : lines->branch);
	}
	strbuf_addf(out, "%s %s", node->word, node->name);
	if (at->again) {
		strbuf_adds(out, " (see above)\n");
		return;
	}
	if (*node->detail)
		strbuf_addf(out, "  %s", node->detail);
	if (*graph_state_text(node->state))
		strbuf_addf(out, "  ! %s", graph_state_text(node->state));
	strbuf_addc(out, '\n');
	for (size_t i = 0; i < node->drift.count; i++) {
		write_trunks(rows, row, lines, out);
		strbuf_addf(out, "%s  ! %s\n",
			    has_rows_below(rows, row) ? lines->trunk : lines->none,
			    node->drift.items[i]);
	}
}

int graph_write_tree(const struct graph *graph, bool utf8, struct strbuf *out,
		     struct err *err)
{
	const struct lines *lines = utf8 ? &utf8_lines : &ascii_lines;
	_cleanup_rows_ struct graph_rows rows = { .items = NULL };
	int result = graph_walk(graph, &rows, err);

	for (size_t i = 0; !result && i < rows.count; i++)
		write_row(graph, &rows, i, lines, out);
	if (!rows.count)
		strbuf_adds(out, "there is no network and no interface\n");
	return result;
}
