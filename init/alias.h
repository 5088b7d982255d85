/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alias.h: which modules a modalias stands for.
 *
 * How it works: a pattern's literal part, up to its first wild card, is looked up in a
 * hash table. A modalias is hashed once from its start, and at each length at which some
 * pattern's literal part ends the table is asked; only what is found there is matched as
 * a pattern.
 */
#ifndef BEDPLATE_INIT_ALIAS_H
#define BEDPLATE_INIT_ALIAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ALIAS_LITERAL_MAX = 255 };

struct alias {
	const char *pattern;
	const char *module;
	uint32_t hash; /* of the literal part */
	uint8_t literal;
	int next; /* in the same bucket, or -1 */
};

struct alias_table {
	struct alias *aliases;
	size_t count;
	int *buckets;
	size_t bucket_count; /* a power of two */
	bool lengths[ALIAS_LITERAL_MAX + 1];
};

/* Makes the table of the `alias PATTERN MODULE` lines of modules.alias or modprobe.d. The
 * text is parted in place and must stay. False without memory. */
bool alias_table_parse(struct alias_table *table, char *text);

/* Calls `found` with the module of each pattern that matches, in the order of the file's
 * end to its start; '-' and '_' are the same outside of brackets. */
void alias_table_match(const struct alias_table *table, const char *modalias,
		       void (*found)(const char *module, void *data), void *data);

void alias_table_release(struct alias_table *table);

/* Shell pattern of modules.alias: '*', '?' and [brackets]; '-' and '_' are the same. */
bool alias_matches(const char *pattern, const char *text);

#endif
