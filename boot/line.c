/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line.c: compares whole command lines. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "boot/line.h"
#include "lib/cleanup.h"

const char *line_next(const char *text, size_t *length)
{
	bool in_quote = false;
	const char *end;

	while (isspace((unsigned char)*text))
		text++;
	for (end = text; *end && (in_quote || !isspace((unsigned char)*end)); end++)
		in_quote ^= *end == '"';
	*length = (size_t)(end - text);
	return *length ? text : NULL;
}

static const char *skip_marks(const char *at, const char *end)
{
	while (at < end && (*at == '"' || *at == '\\'))
		at++;
	return at;
}

static bool is_same_word(const char *a, size_t a_length, const char *b, size_t b_length)
{
	const char *a_end = a + a_length, *b_end = b + b_length;

	for (;; a++, b++) {
		a = skip_marks(a, a_end);
		b = skip_marks(b, b_end);
		if (a == a_end || b == b_end)
			return a == a_end && b == b_end;
		if (*a != *b)
			return false;
	}
}

/* The words of a line from here on; -1. */
static int count_here(const char *line, const char *whole)
{
	size_t length, other_length;
	int count = 0;

	for (const char *word = line; (word = line_next(word, &length)); word += length) {
		whole = line_next(whole, &other_length);
		if (!whole || !is_same_word(word, length, whole, other_length))
			return -1;
		whole += other_length;
		count++;
	}
	return count;
}

int line_find(const char *line, const char *whole)
{
	size_t length;
	int count = count_here(line, whole);

	while (count < 0 && (whole = line_next(whole, &length))) {
		count = count_here(line, whole);
		whole += length;
	}
	return count;
}

static bool begins(const char *word, size_t length, const char *start)
{
	size_t start_length = strlen(start);

	return length >= start_length && !strncmp(word, start, start_length);
}

static bool has_word(const char *line, const char *wanted, size_t wanted_length)
{
	size_t length;

	for (const char *word = line; (word = line_next(word, &length)); word += length)
		if (is_same_word(word, length, wanted, wanted_length))
			return true;
	return false;
}

static bool is_generated(const char *word, size_t length, bool at_root)
{
	static const char *const generated[] = { "BOOT_IMAGE=", "initrd=",
						 "systemd.machine_id=" };

	for (size_t i = 0; i < ARRAY_SIZE(generated); i++)
		if (begins(word, length, generated[i]))
			return true;
	return at_root &&
	       (begins(word, length, "root=") || begins(word, length, "rootflags=") ||
		is_same_word(word, length, "ro", 2));
}

void line_write_own(const char *running, bool gives_root, const char *without,
		    struct strbuf *out)
{
	size_t length, before = out->length;

	for (const char *word = running; (word = line_next(word, &length));
	     word += length) {
		bool is_first = out->length == before;

		if (!is_generated(word, length, gives_root && is_first) &&
		    !has_word(without, word, length))
			strbuf_addf(out, "%s%.*s", is_first ? "" : " ", (int)length,
				    word);
	}
}

static void write_missing(const char *from, const char *in, const char *indent, char sign,
			  struct strbuf *out)
{
	size_t length;

	for (const char *word = from; (word = line_next(word, &length)); word += length)
		if (!has_word(in, word, length))
			strbuf_addf(out, "%s%c%.*s\n", indent, sign, (int)length, word);
}

void line_write_diff(const char *before, const char *after, const char *indent,
		     struct strbuf *out)
{
	write_missing(before, after, indent, '-', out);
	write_missing(after, before, indent, '+', out);
}

bool line_has(const char *line, const char *name)
{
	size_t length, name_length = strlen(name);

	for (const char *word = line; (word = line_next(word, &length)); word += length)
		if (begins(word, length, name) &&
		    (length == name_length || word[name_length] == '='))
			return true;
	return false;
}
