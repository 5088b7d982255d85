/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * graph.h: what is plugged into what: networks, interfaces and guests, as they are and as they
 * should be.
 *
 * How it works: graph_make (pure) takes the networks' files, the links that are there and
 * those that are wanted, and the steps from the one to the other. Each link of either is a
 * node; the steps that are about it are its drift. The forms that it is shown in are made of
 * nothing but the graph.
 */
#ifndef BEDPLATE_HOST_PREP_GRAPH_H
#define BEDPLATE_HOST_PREP_GRAPH_H

#include <jansson.h>

#include "host-prep/step.h"
#include "host-prep/want.h"
#include "lib/names.h"
#include "lib/strbuf.h"

enum { GRAPH_NAME = 80, GRAPH_DETAIL = 256 };

enum graph_kind {
	GRAPH_NETWORK,
	GRAPH_LINK, /* of whatever kind; `word` says which */
	GRAPH_GUEST,
};

enum graph_state {
	GRAPH_AS_WANTED,
	GRAPH_CHANGED, /* it is there, but not as it should be: `drift` */
	GRAPH_MISSING, /* it should be there */
	GRAPH_LEFT,    /* it was made by host-prep, and no file asks for it any more */
	GRAPH_OTHER,   /* no file speaks of it */
	GRAPH_STATES
};

struct graph_node {
	enum graph_kind kind;
	enum graph_state state;
	char word[NET_WORD_SIZE]; /* "network", "bridge", "nic", "tap", "guest", ... */
	char name[GRAPH_NAME];
	char detail[GRAPH_DETAIL]; /* "up, 10.0.0.1/24" */
	struct names drift;        /* as in a plan: "~ tap tap0: down -> up" */
};

enum graph_way {
	GRAPH_HAS,     /* of a network: its bridge, VPN, VLANs, macvtaps */
	GRAPH_PORT,    /* of a bridge */
	GRAPH_CARRIES, /* of a NIC: a VLAN or macvtap on it */
	GRAPH_SERVES,  /* of a tap or a bridge: a guest */
	GRAPH_WAYS
};

struct graph_edge {
	size_t from, to;
	enum graph_way way;
};

struct graph {
	struct graph_node *nodes; /* networks, links, guests */
	size_t node_count;
	struct graph_edge *edges;
	size_t edge_count;
	bool overflow; /* memory ran out */
};

#define GRAPH_INIT            \
	{                     \
		.nodes = NULL \
	}

/* Pure. -ENOMEM, or 0. */
int graph_make(struct graph *graph, const struct want *want, const struct guests *guests,
	       const struct net *have, const struct net *wanted,
	       const struct steps *steps, struct err *err);
/* Keeps of it the networks of these names, all that is below them, and the interfaces that their
 * VLANs and macvtaps are on. "network" means all networks. Pure. -EINVAL, a mistake, where there
 * is no network of a name; -ENOMEM, or 0. */
int graph_pick(struct graph *graph, const char *const *names, size_t count,
	       struct err *err);
void graph_release(struct graph *graph);
#define _cleanup_graph_ __attribute__((cleanup(graph_release)))

/* A node each time that it is come across from one that is above it; what is below it follows
 * the first time only. */
struct graph_row {
	size_t node, parent; /* parent: another row, SIZE_MAX for none */
	unsigned depth;
	bool again; /* it stands above already */
	bool last;  /* of its parent's */
};

struct graph_rows {
	struct graph_row *items;
	size_t count;
};

/* As a tree from top to bottom; to be freed with graph_rows_release. -ENOMEM, or 0. */
int graph_walk(const struct graph *graph, struct graph_rows *rows, struct err *err);
void graph_rows_release(struct graph_rows *rows);
#define _cleanup_rows_ __attribute__((cleanup(graph_rows_release)))

/* "missing"; "" where all is as wanted. For people. */
const char *graph_state_text(enum graph_state state);
/* "changed"; "as-wanted". For programs. */
const char *graph_state_word(enum graph_state state);

/* The whole as a tree of UTF-8 or ASCII lines; as an SVG document; in the language of
 * graphviz (dot(1)); as JSON. -ENOMEM, or 0. */
int graph_write_tree(const struct graph *graph, bool utf8, struct strbuf *out,
		     struct err *err);
int graph_write_svg(const struct graph *graph, struct strbuf *out, struct err *err);
void graph_write_dot(const struct graph *graph, struct strbuf *out);
json_t *graph_json(const struct graph *graph);

#endif
