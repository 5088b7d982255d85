/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff.c: a longest common subsequence of lines, written as a unified diff.
 *
 * How it works: lines that both texts begin and end with are set aside. Of the rest a table
 * of lengths of common subsequences is made, from the end, and walked from the beginning.
 * It is as large as the product of both, which is little for the files of boot loaders;
 * texts beyond a bound are shown as wholly replaced, which is true as well.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "boot/diff.h"
#include "lib/cleanup.h"

enum { CONTEXT = 3, TABLE_MAX = 4 << 20 };

struct line {
	const char *text;
	size_t length;
};

struct lines {
	struct line *items;
	size_t count;
};

/* What is done with a line, in the order in which a diff shows it. */
struct edit {
	char mark; /* ' ', '-' or '+' */
	const struct line *line;
};

struct edits {
	struct edit *items;
	size_t count;
};

static bool split(struct lines *lines, const char *text)
{
	size_t room = 1;

	for (const char *at = text; at && *at; at++)
		room += *at == '\n';
	lines->count = 0;
	lines->items = calloc(room, sizeof(*lines->items));
	while (lines->items && text && *text) {
		size_t length = strcspn(text, "\n");

		lines->items[lines->count++] = (struct line){ text, length };
		text += length + (text[length] == '\n');
	}
	return lines->items;
}

static bool is_same(const struct line *a, const struct line *b)
{
	return a->length == b->length && !memcmp(a->text, b->text, a->length);
}

static void add(struct edits *edits, char mark, const struct line *line)
{
	edits->items[edits->count++] = (struct edit){ mark, line };
}

/* Of lines that have nothing in common at either end. */
static void compare(const struct line *a, size_t a_count, const struct line *b,
		    size_t b_count, struct edits *edits)
{
	_cleanup_free_ uint32_t *table = NULL;
	size_t width = b_count + 1, i = 0, j = 0;

	if (a_count && b_count && a_count * width < TABLE_MAX)
		table = calloc((a_count + 1) * width, sizeof(*table));
	for (size_t row = a_count; table && row-- > 0;) {
		for (size_t column = b_count; column-- > 0;) {
			uint32_t *cell = &table[row * width + column];

			if (is_same(&a[row], &b[column]))
				*cell = cell[width + 1] + 1;
			else
				*cell = cell[width] >= cell[1] ? cell[width] : cell[1];
		}
	}
	while (table && i < a_count && j < b_count) {
		const uint32_t *cell = &table[i * width + j];

		if (is_same(&a[i], &b[j])) {
			add(edits, ' ', &a[i++]);
			j++;
		} else if (cell[width] >= cell[1]) {
			add(edits, '-', &a[i++]);
		} else {
			add(edits, '+', &b[j++]);
		}
	}
	while (i < a_count)
		add(edits, '-', &a[i++]);
	while (j < b_count)
		add(edits, '+', &b[j++]);
}

static void compare_all(const struct lines *a, const struct lines *b, struct edits *edits)
{
	size_t head = 0, tail = 0;

	while (head < a->count && head < b->count &&
	       is_same(&a->items[head], &b->items[head]))
		add(edits, ' ', &a->items[head++]);
	while (tail < a->count - head && tail < b->count - head &&
	       is_same(&a->items[a->count - tail - 1], &b->items[b->count - tail - 1]))
		tail++;
	compare(a->items + head, a->count - head - tail, b->items + head,
		b->count - head - tail, edits);
	for (size_t i = a->count - tail; i < a->count; i++)
		add(edits, ' ', &a->items[i]);
}

/* The first edit that belongs to no hunk any more: so many lines of context are behind the
 * last change. */
static size_t hunk_end(const struct edits *edits, size_t start)
{
	size_t last = start;

	for (size_t i = start; i < edits->count && i <= last + 2 * CONTEXT + 1; i++)
		if (edits->items[i].mark != ' ')
			last = i;
	return last + CONTEXT + 1 < edits->count ? last + CONTEXT + 1 : edits->count;
}

/* "12,3", as diff(1) writes it: a hunk without lines names the line before it. */
static void write_range(char mark, size_t first, size_t count, struct strbuf *out)
{
	strbuf_addf(out, "%c%zu", mark, count ? first + 1 : first);
	if (count != 1)
		strbuf_addf(out, ",%zu", count);
}

static void write_hunk(const struct edits *edits, size_t start, size_t end, size_t a_line,
		       size_t b_line, struct strbuf *out)
{
	size_t a_count = 0, b_count = 0;

	for (size_t i = start; i < end; i++) {
		a_count += edits->items[i].mark != '+';
		b_count += edits->items[i].mark != '-';
	}
	strbuf_adds(out, "@@ ");
	write_range('-', a_line, a_count, out);
	strbuf_addc(out, ' ');
	write_range('+', b_line, b_count, out);
	strbuf_adds(out, " @@\n");
	for (size_t i = start; i < end; i++)
		strbuf_addf(out, "%c%.*s\n", edits->items[i].mark,
			    (int)edits->items[i].line->length,
			    edits->items[i].line->text);
}

static void write_hunks(const struct edits *edits, struct strbuf *out)
{
	size_t a_line = 0, b_line = 0, at = 0;

	while (at < edits->count) {
		size_t change = at, start, end;

		while (change < edits->count && edits->items[change].mark == ' ')
			change++;
		if (change == edits->count)
			return;
		start = change > at + CONTEXT ? change - CONTEXT : at;
		end = hunk_end(edits, change);
		a_line += start - at;
		b_line += start - at;
		write_hunk(edits, start, end, a_line, b_line, out);
		for (at = start; at < end; at++) {
			a_line += edits->items[at].mark != '+';
			b_line += edits->items[at].mark != '-';
		}
	}
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

void diff_write(const char *before_name, const char *before, const char *after_name,
		const char *after, struct strbuf *out)
{
	struct lines a = { .items = NULL }, b = { .items = NULL };
	struct edits edits = { .items = NULL };

	if (same_text(before, after))
		return;
	strbuf_addf(out, "--- %s\n", before ? before_name : "/dev/null");
	strbuf_addf(out, "+++ %s\n", after ? after_name : "/dev/null");
	if (split(&a, before) && split(&b, after))
		edits.items = calloc(a.count + b.count + 1, sizeof(*edits.items));
	if (edits.items) {
		compare_all(&a, &b, &edits);
		write_hunks(&edits, out);
	}
	free(edits.items);
	free(a.items);
	free(b.items);
}
