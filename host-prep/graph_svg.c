/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * graph_svg.c: the graph as an SVG document: a box a node, one below the other as in the
 * tree, indented by its depth. What has two above it (a VLAN that is on a NIC and in a bridge)
 * stands once; the second line to it is dashed, on the right.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "host-prep/graph.h"
#include "lib/cleanup.h"
#include "lib/svg.h"

enum { MARGIN = 16, INDENT = 34, LINE = 17, GAP = 10, PAD = 10, SIDE = 60, LEGEND = 24 };

static const struct svg_look looks[GRAPH_STATES] = {
	[GRAPH_AS_WANTED] = { "#1a7f37", "as configured" },
	[GRAPH_CHANGED] = { "#bf8700", "not as configured" },
	[GRAPH_MISSING] = { "#cf222e", "missing" },
	[GRAPH_LEFT] = { "#8250df", "no file asks for it any more" },
	[GRAPH_OTHER] = { "#b8b8b8", "not of bedplate's files" },
};

static const char *const style =
	".name { font-weight: bold; }\n"
	".detail { fill: #59636e; }\n"
	".drift { fill: #9a6700; }\n"
	".box { fill: #f6f8fa; stroke-width: 2; }\n"
	".missing { stroke-dasharray: 6 4; }\n"
	".way { fill: none; stroke: #8c959f; stroke-width: 1.5; }\n"
	".again { stroke-dasharray: 4 4; }\n";

struct box {
	int x, y, width, height; /* height 0: it stands elsewhere */
};

/* The first line of a node. The buffer is the caller's. */
static const char *head_text(const struct graph_node *node, struct strbuf *text)
{
	strbuf_truncate(text, 0);
	strbuf_addf(text, "%s %s", node->word, node->name);
	return text->text;
}

static int widest(const struct graph_node *node)
{
	_cleanup_strbuf_ struct strbuf head;
	int width, line;

	strbuf_init(&head, 0);
	width = svg_width(head_text(node, &head));
	line = svg_width(node->detail);
	width = line > width ? line : width;
	for (size_t i = 0; i < node->drift.count; i++) {
		line = svg_width(node->drift.items[i]);
		width = line > width ? line : width;
	}
	return width + 2 * PAD + 6;
}

/* Returns the height of all. */
static int place(const struct graph *graph, const struct graph_rows *rows,
		 struct box *boxes, int *width)
{
	int y = MARGIN;

	for (size_t i = 0; i < rows->count; i++) {
		const struct graph_row *row = &rows->items[i];
		const struct graph_node *node = &graph->nodes[row->node];
		int lines = 1 + (*node->detail != '\0') + (int)node->drift.count;
		struct box box = { .x = MARGIN + (int)row->depth * INDENT,
				   .y = y,
				   .width = widest(node),
				   .height = lines * LINE + PAD };

		if (row->again)
			continue;
		boxes[row->node] = box;
		y += box.height + GAP;
		if (box.x + box.width > *width)
			*width = box.x + box.width;
	}
	return y;
}

static void write_box(const struct graph_node *node, const struct box *box,
		      struct strbuf *out)
{
	static const char *const round[] = {
		[GRAPH_NETWORK] = "10", [GRAPH_LINK] = "2", [GRAPH_GUEST] = "16"
	};
	_cleanup_strbuf_ struct strbuf head;
	int y = box->y + LINE;

	strbuf_init(&head, 0);
	strbuf_addf(out,
		    "<g><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%s\" "
		    "class=\"%s\" stroke=\"%s\"/>\n",
		    box->x, box->y, box->width, box->height, round[node->kind],
		    node->state == GRAPH_MISSING ? "box missing" : "box",
		    looks[node->state].colour);
	svg_line(out, box->x + PAD, y, "name", head_text(node, &head));
	if (*node->detail)
		svg_line(out, box->x + PAD, y += LINE, "detail", node->detail);
	for (size_t i = 0; i < node->drift.count; i++)
		svg_line(out, box->x + PAD, y += LINE, "drift", node->drift.items[i]);
	strbuf_adds(out, "</g>\n");
}

/* From below the parent's left corner to the box; or around on the right. */
static void write_way(const struct box *from, const struct box *to, bool again,
		      struct strbuf *out)
{
	int from_y = from->y + from->height / 2, to_y = to->y + to->height / 2;
	int right = from->x + from->width, end = to->x + to->width;
	int side = (right > end ? right : end) + SIDE;

	if (again)
		strbuf_addf(
			out,
			"<path class=\"way again\" d=\"M %d %d C %d %d %d %d %d %d\"/>\n",
			right, from_y, side, from_y, side, to_y, end, to_y);
	else
		strbuf_addf(out, "<path class=\"way\" d=\"M %d %d V %d H %d\"/>\n",
			    from->x + INDENT / 2, from->y + from->height, to_y, to->x);
}

int graph_write_svg(const struct graph *graph, struct strbuf *out, struct err *err)
{
	_cleanup_free_ struct box *boxes = calloc(graph->node_count + 1, sizeof(*boxes));
	_cleanup_rows_ struct graph_rows rows = { .items = NULL };
	int legend = MARGIN + svg_legend_width(looks, GRAPH_STATES);
	int width = 0, height, result = graph_walk(graph, &rows, err);

	if (result || !boxes)
		return result ? result : err_sys(err, ENOMEM, "drawing the networks");
	height = place(graph, &rows, boxes, &width);
	width += SIDE + MARGIN;
	width = legend > width ? legend : width;
	svg_begin(out, "Networks", style, width, height + LEGEND);
	for (size_t i = 0; i < rows.count; i++) {
		const struct graph_row *row = &rows.items[i];

		if (row->parent != SIZE_MAX)
			write_way(&boxes[rows.items[row->parent].node], &boxes[row->node],
				  row->again, out);
	}
	for (size_t i = 0; i < graph->node_count; i++)
		write_box(&graph->nodes[i], &boxes[i], out);
	svg_legend(out, MARGIN, height + 10, "detail", looks, GRAPH_STATES);
	strbuf_adds(out, "</svg>\n");
	return 0;
}
