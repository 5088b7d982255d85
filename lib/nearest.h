/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nearest.h: which known word was probably meant. */
#ifndef BEDPLATE_LIB_NEAREST_H
#define BEDPLATE_LIB_NEAREST_H

#include <stddef.h>

/* Start with { .word = WORD }, offer every known word, then look at `best`: NULL where
 * none is near enough to be worth a hint. The words must stay valid. */
struct nearest {
	const char *word;
	const char *best;
	size_t distance; /* of best */
};

/* Keeps the candidate if it is nearer than those before. Case is not looked at. */
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
