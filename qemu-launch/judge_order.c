/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge_order.c: whether the order of guests can be kept. */
#include <stdlib.h>

#include "lib/cleanup.h"
#include "qemu-launch/order.h"
#include "qemu-launch/preflight.h"

void judge_order(const struct preflight *preflight, struct findings *findings)
{
	_cleanup_free_ bool *asked = calloc(preflight->count + 1, sizeof(*asked));
	_cleanup_order_ struct order order = { .edges = NULL };

	/* The facts are about all guests, one behind the other. */
	if (!asked || (preflight->count && order_read(&order, preflight->guests[0].guest,
						      preflight->count, NULL))) {
		findings->overflow = true;
		return;
	}
	for (size_t i = 0; i < preflight->count; i++)
		asked[i] = preflight->guests[i].is_asked;
	order_judge(&order, asked, findings);
}
