/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alias.c: the table of module aliases; see alias.h. */
#include <stdlib.h>
#include <string.h>

#include "init/alias.h"

static char plain(char c)
{
	return c == '-' ? '_' : c;
}

/* Whether the bracket expression at *pattern holds the character; steps behind it. */
static bool match_bracket(const char **pattern, char c)
{
	const char *p = *pattern + 1;
	bool negated = *p == '!' || *p == '^', found = false;

	for (p += negated; *p && *p != ']'; p++) {
		if (p[1] == '-' && p[2] && p[2] != ']') {
			found |= p[0] <= c && c <= p[2];
			p += 2;
		} else {
			found |= *p == c;
		}
	}
	*pattern = *p ? p + 1 : p;
	return found != negated;
}

/* Steps over one character of the pattern that is no '*'. */
static bool match_one(const char **pattern, char c)
{
	if (**pattern == '[')
		return match_bracket(pattern, c);
	if (**pattern != '?' && plain(**pattern) != plain(c))
		return false;
	(*pattern)++;
	return true;
}

bool alias_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (*pattern && match_one(&pattern, *text)) {
			text++;
		} else if (star) {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

static uint32_t hash_step(uint32_t hash, char c)
{
	return (hash ^ (unsigned char)plain(c)) * 16777619u;
}

static uint32_t const hash_start = 2166136261u;

static void alias_insert(struct alias_table *table, const char *pattern,
			 const char *module)
{
	struct alias *alias = &table->aliases[table->count];
	size_t literal = strcspn(pattern, "*?["), bucket;

	if (literal > ALIAS_LITERAL_MAX)
		literal = ALIAS_LITERAL_MAX;
	alias->pattern = pattern;
	alias->module = module;
	alias->literal = (uint8_t)literal;
	alias->hash = hash_start;
	for (size_t i = 0; i < literal; i++)
		alias->hash = hash_step(alias->hash, pattern[i]);
	bucket = alias->hash & (table->bucket_count - 1);
	alias->next = table->buckets[bucket];
	table->buckets[bucket] = (int)table->count++;
	table->lengths[literal] = true;
}

static bool alias_table_size(struct alias_table *table, const char *text)
{
	size_t lines = 1;

	for (; (text = strchr(text, '\n')); text++)
		lines++;
	for (table->bucket_count = 16; table->bucket_count < lines;)
		table->bucket_count *= 2;
	table->aliases = calloc(lines, sizeof(*table->aliases));
	table->buckets = malloc(table->bucket_count * sizeof(*table->buckets));
	if (!table->aliases || !table->buckets)
		return false;
	memset(table->buckets, -1, table->bucket_count * sizeof(*table->buckets));
	return true;
}

bool alias_table_parse(struct alias_table *table, char *text)
{
	char *line, *pattern, *module;

	*table = (struct alias_table){ .count = 0 };
	if (!alias_table_size(table, text))
		return false;
	while ((line = strsep(&text, "\n"))) {
		if (strncmp(line, "alias ", 6) != 0)
			continue;
		line += 6;
		pattern = strsep(&line, " \t");
		module = strsep(&line, " \t");
		if (module && *module)
			alias_insert(table, pattern, module);
	}
	return true;
}

void alias_table_match(const struct alias_table *table, const char *modalias,
		       void (*found)(const char *module, void *data), void *data)
{
	uint32_t hash = hash_start;

	for (size_t length = 0; length <= ALIAS_LITERAL_MAX && table->count; length++) {
		int i = table->lengths[length]
				? table->buckets[hash & (table->bucket_count - 1)]
				: -1;

		for (; i >= 0; i = table->aliases[i].next) {
			const struct alias *alias = &table->aliases[i];

			if (alias->hash == hash && alias->literal == length &&
			    alias_matches(alias->pattern, modalias))
				found(alias->module, data);
		}
		if (!modalias[length])
			return;
		hash = hash_step(hash, modalias[length]);
	}
}

void alias_table_release(struct alias_table *table)
{
	free(table->aliases);
	free(table->buckets);
	*table = (struct alias_table){ .count = 0 };
}
