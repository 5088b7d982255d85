/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nearest.c: edit distance in which two swapped neighbours count once (optimal string
 * alignment). */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "lib/nearest.h"

enum { WORD_MAX = 48 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The last three rows of the matrix are enough: now, the one before, the one before
 * that. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][WORD_MAX + 1] = { 0 };

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3];
		const size_t *earlier = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t change = before[j - 1] + !same(a[i - 1], b[j - 1]);

			now[j] = least(change, least(before[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]))
				now[j] = least(now[j], earlier[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t length = strlen(nearest->word);
	size_t other = strlen(candidate);
	size_t found;

	if (length == 0 || length > WORD_MAX || other > WORD_MAX)
		return;
	found = distance(nearest->word, length, candidate, other);
	/* One slip in three letters is still a slip; more is another word. */
	if (found > (length + 2) / 3 || found >= length || found >= other)
		return;
	if (nearest->best && found >= nearest->distance)
		return;
	nearest->best = candidate;
	nearest->distance = found;
}
