/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * order.h: in which order guests start and stop: what After= and Requires= of all files say
 * together. Pure.
 *
 * How it works: order_read makes a graph, with an edge from a guest to each one that it waits
 * for. After= orders two guests where both start, Requires= has the other one started, too,
 * and orders as well. They stop in the reverse order. A name that no guest has is an edge to
 * nobody; guests that wait for each other are never placed. order_judge says both.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_ORDER_H
#define BEDPLATE_QEMU_LAUNCH_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/findings.h"
#include "lib/guests.h"

#define ORDER_NOBODY SIZE_MAX

struct order_edge {
	size_t guest;            /* waits */
	size_t needs;            /* for this one, or ORDER_NOBODY */
	const char *name;        /* as it stands in the file */
	bool is_required;        /* by Requires=; otherwise After= */
	char origin[ORIGIN_MAX]; /* "guests/web.conf:4" */
};

struct order {
	const struct guest *guests;
	size_t count;
	struct order_edge *edges; /* guest by guest, what each requires first */
	size_t edge_count;
};

/* Makes the graph; the guests must stay. 0 or -ENOMEM. On failure, too, it is to be
 * released. */
int order_read(struct order *order, const struct guest *guests, size_t count,
	       struct err *err);
void order_release(struct order *order);
#define _cleanup_order_ __attribute__((cleanup(order_release)))

/* Adds to the chosen guests (a flag for each) all that they require. */
void order_complete(const struct order *order, bool *chosen);

/* Finds what is wrong with the order of the asked guests and of those that they require, each
 * mistake under the name of the guest that does not start for it: guests that wait for each
 * other, guests that are required and not there, guests that require one of these. A name in
 * After= that no guest has is a warning. */
void order_judge(const struct order *order, const bool *asked, struct findings *findings);

/* Numbers the chosen guests in the order in which they start; where it does not matter by
 * their names. Returns how many have a place: those that wait for each other, and who is
 * ordered after them, have none. `sequence` has room for all. -ENOMEM: ORDER_NOBODY. */
size_t order_sequence(const struct order *order, const bool *chosen, size_t *sequence);

#endif
