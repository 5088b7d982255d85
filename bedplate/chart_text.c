/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_text.c: the chart for a terminal: a line a row, with its bar and what is said of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/chart.h"
#include "lib/cleanup.h"

enum { WIDTH_MIN = 60, NAME_MIN = 12, INDENT = 2, NUMBERS = 21, COLUMNS_MAX = 1000 };

/* What a column holds: a kind of span, or one of these. */
enum { CELL_EMPTY = SPAN_KINDS, CELL_MOMENT };

static const struct {
	const char *utf8;
	char ascii;
} bars[] = {
	[SPAN_FIRMWARE] = { "░", '.' }, [SPAN_LOADER] = { "▒", ':' },
	[SPAN_KERNEL] = { "█", '#' },   [SPAN_STEP] = { "█", '#' },
	[SPAN_SYSTEM] = { "─", '-' },   [SPAN_UNIT] = { "▓", '=' },
	[SPAN_OWN] = { "█", '#' },      [SPAN_START] = { "▒", ':' },
	[SPAN_BOOT] = { "█", '#' },     [CELL_EMPTY] = { " ", ' ' },
	[CELL_MOMENT] = { "▏", '|' },
};

struct page {
	const struct chart *chart;
	const struct chart_layout *layout;
	struct strbuf *out;
	int name, bar; /* columns */
	bool utf8;
};

/* Columns that a text takes: its letters. */
static int letters(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* Adds at most so many letters of a text; one that is longer ends in a mark. */
static void add_letters(const struct page *page, const char *text, int most)
{
	bool cut = letters(text) > most;

	for (most -= cut; *text; text++) {
		bool begins = ((unsigned char)*text & 0xc0) != 0x80;

		if (begins && most-- <= 0)
			break;
		if ((unsigned char)*text < 0x80 || page->utf8)
			strbuf_addc(page->out, *text);
		else if (begins)
			strbuf_addc(page->out, '?');
	}
	if (cut)
		strbuf_adds(page->out, page->utf8 ? "…" : "~");
}

static void add_blanks(const struct page *page, int count)
{
	while (count-- > 0)
		strbuf_addc(page->out, ' ');
}

static int smaller(int one, int other)
{
	return one < other ? one : other;
}

/* What stands in each column; the first and the last that are taken. Every span takes one at least. */
static void fill(const struct page *page, size_t row, int *cells, int *first, int *last)
{
	const struct chart *chart = page->chart;

	for (int i = 0; i < page->bar; i++)
		cells[i] = CELL_EMPTY;
	*first = page->bar;
	*last = 0;
	for (size_t i = 0; i < chart->spans.count; i++) {
		const struct span *span = &chart->spans.items[i];
		int from, to;

		if (page->layout->row_of[i] != row)
			continue;
		from = smaller((int)chart_place(chart, span->start, page->bar),
			       page->bar - 1);
		to = (int)chart_place(chart, span->end, page->bar);
		to = to > from ? to : from + 1;
		for (int at = from; at < to; at++)
			cells[at] =
				span->end > span->start ? (int)span->kind : CELL_MOMENT;
		*first = smaller(*first, from);
		*last = to - 1 > *last ? to - 1 : *last;
	}
}

/* Behind the bar where there is room, else before it, else on a line of its own. */
static void add_bar(const struct page *page, size_t row)
{
	int cells[COLUMNS_MAX];
	const char *note = page->layout->rows[row].note;
	int length = letters(note), first, last;
	bool before, behind;

	fill(page, row, cells, &first, &last);
	behind = last + 2 + length < page->bar;
	before = !behind && length && length + 1 <= first;
	add_blanks(page, before ? first - length - 1 : first);
	if (before) {
		add_letters(page, note, length);
		add_blanks(page, 1);
	}
	for (int i = first; i <= last; i++) {
		if (page->utf8)
			strbuf_adds(page->out, bars[cells[i]].utf8);
		else
			strbuf_addc(page->out, bars[cells[i]].ascii);
	}
	if (behind && length) {
		add_blanks(page, 1);
		add_letters(page, note, length);
	} else if (length && !before) {
		strbuf_addc(page->out, '\n');
		add_blanks(page, 2 * INDENT);
		add_letters(page, note, page->name + NUMBERS + page->bar - 2 * INDENT);
	}
	strbuf_addc(page->out, '\n');
}

static void add_row(const struct page *page, size_t i)
{
	const struct chart_row *row = &page->layout->rows[i];
	char start[CHART_SECONDS], took[CHART_SECONDS];

	if (!i || row->group != row[-1].group)
		strbuf_addf(page->out, "%s\n", chart_group_text(row->group));
	add_blanks(page, INDENT);
	add_letters(page, row->name, page->name - INDENT);
	add_blanks(page, page->name - INDENT - letters(row->name));
	strbuf_addf(page->out, " %9s %9s ", chart_seconds(row->start, start),
		    chart_seconds(row->end - row->start, took));
	add_bar(page, i);
}

static void add_title(const struct page *page)
{
	char end[CHART_SECONDS], start[CHART_SECONDS];
	const struct chart *chart = page->chart;

	strbuf_addf(page->out, "%s s from the kernel's start to the end",
		    chart_seconds(chart->end, end));
	if (chart->start < 0)
		strbuf_addf(page->out, ", %s s before it",
			    chart_seconds(-chart->start, start));
	strbuf_adds(page->out, "\n\n");
	add_blanks(page, page->name);
	strbuf_addf(page->out, " %9s %9s\n", "start s", "took s");
}

static void add_left_out(const struct page *page)
{
	const struct names *names = &page->chart->left_out;

	if (names->count)
		strbuf_adds(page->out, "\nnot on the chart\n");
	for (size_t i = 0; i < names->count; i++) {
		add_blanks(page, INDENT);
		/* A reason is worth a broken line. */
		add_letters(page, names->items[i], COLUMNS_MAX);
		strbuf_addc(page->out, '\n');
	}
}

static void set_columns(struct page *page, int width)
{
	width = width < WIDTH_MIN ? WIDTH_MIN : smaller(width, COLUMNS_MAX);
	page->name = NAME_MIN;
	for (size_t i = 0; i < page->layout->count; i++) {
		int length = letters(page->layout->rows[i].name) + INDENT;

		page->name = length > page->name ? length : page->name;
	}
	page->name = smaller(page->name, width * 2 / 5);
	page->bar = width - page->name - NUMBERS;
}

int chart_write_text(const struct chart *chart, int width, bool utf8, struct strbuf *out,
		     struct err *err)
{
	_cleanup_layout_ struct chart_layout layout = { .rows = NULL };
	struct page page = {
		.chart = chart, .layout = &layout, .out = out, .utf8 = utf8
	};
	int result = chart_lay_out(&layout, chart, err);

	if (result)
		return result;
	set_columns(&page, width);
	add_title(&page);
	for (size_t i = 0; i < layout.count; i++)
		add_row(&page, i);
	add_left_out(&page);
	return out->overflow ? err_sys(err, ENOMEM, "charting the boot") : 0;
}
