/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bls.c: reads and changes the text and the names of boot entries. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "boot/bls.h"
#include "lib/cleanup.h"

/* A number of a few digits up to `end`, or -1. */
static int number(const char *text, const char *end)
{
	int value = 0;

	if (text == end || end - text > 4)
		return -1;
	for (; text < end; text++) {
		if (!isdigit((unsigned char)*text))
			return -1;
		value = value * 10 + (*text - '0');
	}
	return value;
}

static const char *suffix_of(const char *name)
{
	static const char *const suffixes[] = { BLS_TEXT, BLS_UNIFIED };
	size_t length = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t suffix = strlen(suffixes[i]);

		if (length > suffix && !strcmp(name + length - suffix, suffixes[i]))
			return suffixes[i];
	}
	return NULL;
}

bool bls_name_parse(struct bls_name *parsed, const char *name)
{
	const char *suffix = suffix_of(name), *end, *plus, *dash;

	if (!suffix)
		return false;
	end = name + strlen(name) - strlen(suffix);
	*parsed = (struct bls_name){ (size_t)(end - name), BLS_UNCOUNTED, 0, suffix };
	plus = memrchr(name, '+', (size_t)(end - name));
	if (!plus || plus == name)
		return true;
	dash = memchr(plus, '-', (size_t)(end - plus));
	parsed->left = number(plus + 1, dash ? dash : end);
	parsed->done = dash ? number(dash + 1, end) : 0;
	if (parsed->left < 0 || parsed->done < 0)
		*parsed = (struct bls_name){ (size_t)(end - name), BLS_UNCOUNTED, 0,
					     suffix };
	else
		parsed->length = (size_t)(plus - name);
	return true;
}

/* Where a line's value is, if it has this key; NULL. */
static const char *value_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	line += strspn(line, " \t");
	if (strncmp(line, key, length) != 0 || !strchr(" \t", line[length]) ||
	    !line[length])
		return NULL;
	return line + length + strspn(line + length, " \t");
}

char *bls_value(const char *text, const char *key)
{
	while (*text) {
		const char *value = value_of(text, key);

		if (value)
			return strndup(value, strcspn(value, "\n"));
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return NULL;
}

void bls_set_options(const char *text, const char *options, struct strbuf *out)
{
	bool done = false;

	while (*text) {
		const char *value = value_of(text, "options");
		size_t length = strcspn(text, "\n");

		if (!value)
			strbuf_add(out, text, length);
		else if (!done)
			strbuf_addf(out, "%.*s%s", (int)(value - text), text, options);
		if (!value || !done)
			strbuf_addc(out, '\n');
		done = done || value;
		text += length + (text[length] == '\n');
	}
	if (!done)
		strbuf_addf(out, "options    %s\n", options);
}
