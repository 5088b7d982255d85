/* SPDX-License-Identifier: GPL-2.0-or-later */
/* order.c: the graph of guests that wait for each other. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/nearest.h"
#include "lib/strbuf.h"
#include "qemu-launch/order.h"

static size_t find(const struct order *order, const char *name)
{
	for (size_t i = 0; i < order->count; i++)
		if (!strcmp(order->guests[i].name, name))
			return i;
	return ORDER_NOBODY;
}

static int add_names(struct order *order, size_t guest, char *const *names, size_t count,
		     bool is_required)
{
	struct order_edge *edges =
		reallocarray(order->edges, order->edge_count + count + 1, sizeof(*edges));

	if (!edges)
		return -ENOMEM;
	order->edges = edges;
	for (size_t i = 0; i < count; i++) {
		struct order_edge *edge = &edges[order->edge_count++];

		*edge = (struct order_edge){ .guest = guest,
					     .needs = find(order, names[i]),
					     .name = names[i],
					     .is_required = is_required };
		origin_item_text(order->guests[guest].conf, "Guest",
				 is_required ? "Requires" : "After", 0, i, edge->origin,
				 sizeof(edge->origin));
	}
	return 0;
}

int order_read(struct order *order, const struct guest *guests, size_t count,
	       struct err *err)
{
	int result = 0;

	*order = (struct order){ .guests = guests, .count = count };
	for (size_t i = 0; !result && i < count; i++) {
		const struct guest_guest *keys;

		/* A file that could not be read orders nothing. */
		if (!guests[i].data)
			continue;
		keys = &guests[i].data->guest;
		result = add_names(order, i, keys->requires.items, keys->requires.count,
				   true);
		if (!result)
			result = add_names(order, i, keys->after.items, keys->after.count,
					   false);
	}
	return result ? err_sys(err, -result, "ordering the guests") : 0;
}

void order_release(struct order *order)
{
	free(order->edges);
	*order = (struct order){ .edges = NULL };
}

void order_complete(const struct order *order, bool *chosen)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < order->edge_count; i++) {
			const struct order_edge *edge = &order->edges[i];

			if (!edge->is_required || edge->needs == ORDER_NOBODY ||
			    !chosen[edge->guest] || chosen[edge->needs])
				continue;
			chosen[edge->needs] = changed = true;
		}
	}
}

/* The first edge to one that is left; NULL: the guest waits for nobody. */
static const struct order_edge *find_wait(const struct order *order, const bool *left,
					  size_t guest)
{
	for (size_t i = 0; i < order->edge_count; i++) {
		const struct order_edge *edge = &order->edges[i];

		if (edge->guest == guest && edge->needs != ORDER_NOBODY &&
		    left[edge->needs])
			return edge;
	}
	return NULL;
}

/* Takes away whoever waits for nobody, again and again. Returns how many that were. */
static size_t peel(const struct order *order, bool *left, size_t *sequence)
{
	size_t placed = 0, i = 0;

	while (i < order->count) {
		if (!left[i] || find_wait(order, left, i)) {
			i++;
			continue;
		}
		left[i] = false;
		if (sequence)
			sequence[placed] = i;
		placed++;
		i = 0;
	}
	return placed;
}

static bool *copy_flags(const struct order *order, const bool *flags)
{
	bool *copy = calloc(order->count + 1, sizeof(*copy));

	if (copy && flags)
		memcpy(copy, flags, order->count * sizeof(*copy));
	return copy;
}

size_t order_sequence(const struct order *order, const bool *chosen, size_t *sequence)
{
	_cleanup_free_ bool *left = copy_flags(order, chosen);

	return left ? peel(order, left, sequence) : ORDER_NOBODY;
}

/* ---- what is wrong ---- */

struct judgement {
	const struct order *order;
	struct findings *findings;
	bool *asked;  /* with those that they require */
	bool *broken; /* does not start */
};

/* "web -> db (guests/web.conf:4, Requires=) -> web (guests/db.conf:3, After=)" from the guest on,
 * along the edges that lead to those that are left. */
static void write_cycle(const struct judgement *judgement, const bool *left, size_t guest,
			struct strbuf *text)
{
	const struct order *order = judgement->order;
	size_t at = guest;

	strbuf_adds(text, order->guests[guest].name);
	do {
		const struct order_edge *edge = find_wait(order, left, at);

		strbuf_addf(text, " -> %s (%s, %s)", edge->name, edge->origin,
			    edge->is_required ? "Requires=" : "After=");
		at = edge->needs;
	} while (at != guest);
}

/* Each guest of the circle says the whole of it, from itself on. */
static void tell_cycle(struct judgement *judgement, const bool *left, size_t guest,
		       bool *circle)
{
	const struct order *order = judgement->order;
	size_t at = guest;

	do {
		const struct order_edge *edge = find_wait(order, left, at);
		_cleanup_strbuf_ struct strbuf text;

		strbuf_init(&text, 0);
		circle[at] = judgement->broken[at] = true;
		if (judgement->asked[at]) {
			write_cycle(judgement, left, at, &text);
			finding_add(judgement->findings, CHECK_PROBLEM,
				    "it waits for itself: %s", text.text);
			finding_advise(judgement->findings, "take one of these away");
			finding_locate(judgement->findings, order->guests[at].name,
				       edge->origin);
		}
		at = edge->needs;
	} while (at != guest);
}

/* A walk among guests that all wait for one another ends in a circle. Returns its first guest. */
static size_t walk(const struct order *order, const bool *left)
{
	size_t at = 0, first;

	while (!left[at])
		at++;
	for (size_t step = 0; step < order->count; step++)
		at = find_wait(order, left, at)->needs;
	first = at;
	for (size_t step = 0; step < order->count; step++) {
		at = find_wait(order, left, at)->needs;
		first = at < first ? at : first;
	}
	return first;
}

/* Circle by circle: one that has been told is taken away, and with it those that wait for
 * nobody then. */
static int judge_cycles(struct judgement *judgement)
{
	const struct order *order = judgement->order;
	_cleanup_free_ bool *left = copy_flags(order, NULL);
	_cleanup_free_ bool *circle = copy_flags(order, NULL);
	size_t remaining = order->count;

	if (!left || !circle)
		return -ENOMEM;
	memset(left, true, order->count);
	while (remaining -= peel(order, left, NULL)) {
		tell_cycle(judgement, left, walk(order, left), circle);
		for (size_t i = 0; i < order->count; i++) {
			remaining -= left[i] && circle[i];
			left[i] &= !circle[i];
		}
	}
	return 0;
}

static void judge_unknown(struct judgement *judgement, const struct order_edge *edge)
{
	const struct order *order = judgement->order;
	struct nearest near = { .word = edge->name };

	judgement->broken[edge->guest] |= edge->is_required;
	if (!judgement->asked[edge->guest])
		return;
	finding_add(
		judgement->findings, edge->is_required ? CHECK_PROBLEM : CHECK_WARNING,
		edge->is_required ? "it requires %s, and there is no such guest"
				  : "it is to start after %s, and there is no such guest",
		edge->name);
	for (size_t i = 0; i < order->count; i++)
		nearest_offer(&near, order->guests[i].name);
	if (near.best)
		finding_advise(judgement->findings, "did you mean %s?", near.best);
	finding_locate(judgement->findings, order->guests[edge->guest].name,
		       edge->origin);
}

/* Whoever requires one that does not start does not start either. */
static void judge_required(struct judgement *judgement)
{
	const struct order *order = judgement->order;
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < order->edge_count; i++) {
			const struct order_edge *edge = &order->edges[i];

			if (!edge->is_required || edge->needs == ORDER_NOBODY ||
			    judgement->broken[edge->guest] ||
			    !judgement->broken[edge->needs])
				continue;
			judgement->broken[edge->guest] = changed = true;
			if (!judgement->asked[edge->guest])
				continue;
			finding_add(judgement->findings, CHECK_PROBLEM,
				    "it requires %s, which cannot start", edge->name);
			finding_locate(judgement->findings,
				       order->guests[edge->guest].name, edge->origin);
		}
	}
}

void order_judge(const struct order *order, const bool *asked, struct findings *findings)
{
	_cleanup_free_ bool *all = copy_flags(order, asked);
	_cleanup_free_ bool *broken = copy_flags(order, NULL);
	struct judgement judgement = { order, findings, all, broken };

	if (!all || !broken) {
		findings->overflow = true;
		return;
	}
	order_complete(order, all);
	for (size_t i = 0; i < order->edge_count; i++)
		if (order->edges[i].needs == ORDER_NOBODY)
			judge_unknown(&judgement, &order->edges[i]);
	if (judge_cycles(&judgement))
		findings->overflow = true;
	judge_required(&judgement);
}
