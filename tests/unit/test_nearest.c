/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/nearest.c */
/* test_nearest.c: hints are given for slips and not for other words. */
#include "lib/cleanup.h"
#include "lib/nearest.h"
#include "tests/unit/tap.h"

static const char *const known[] = {
	"Timeout", "Device", "Delay", "Shell", "Level", "VM"
};

static const struct {
	const char *word, *best, *promise;
} rows[] = {
	{ "Timout", "Timeout", "a letter left out" },
	{ "Tiemout", "Timeout", "two letters swapped" },
	{ "timeout", "Timeout", "another case" },
	{ "Devices", "Device", "a letter too many" },
	{ "Dleay", "Delay", "the nearest of several" },
	{ "Lavel", "Level", "a wrong letter" },
	{ "Bananas", NULL, "another word gets no hint" },
	{ "XY", NULL, "nor does a short one in which everything differs" },
	{ "", NULL, "nor an empty one" },
	{ "Timeouttimeouttimeouttimeouttimeouttimeouttimeouttimeout", NULL,
	  "nor a very long one" },
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nearest nearest = { .word = rows[i].word };

		for (size_t j = 0; j < ARRAY_SIZE(known); j++)
			nearest_offer(&nearest, known[j]);
		is_str(nearest.best, rows[i].best, "%s: %s", rows[i].promise,
		       rows[i].word);
	}
	return done_testing();
}
