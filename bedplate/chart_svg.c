/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_svg.c: the chart as an SVG document, which says more of a span under the pointer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bedplate/chart.h"
#include "lib/cleanup.h"
#include "lib/svg.h"

enum { MARGIN = 16, LINE = 20, BAR = 13, TOP = 56, INDENT = 12, LENGTH = 760, GAP = 6 };
enum { TICKS_MAX = 8, NUMBER = 68, SIDE = 60 };

/* Colours that stand out from white and from black. */
static const struct svg_look looks[SPAN_KINDS] = {
	[SPAN_FIRMWARE] = { "#8c959f", "firmware" },
	[SPAN_LOADER] = { "#3aa0a0", "loader" },
	[SPAN_KERNEL] = { "#bc4c00", "kernel" },
	[SPAN_STEP] = { "#2f81f7", "/init" },
	[SPAN_SYSTEM] = { "#768390", "systemd" },
	[SPAN_UNIT] = { "#8957e5", "unit" },
	[SPAN_OWN] = { "#bf4b8a", "unit of bedplate" },
	[SPAN_START] = { "#d29922", "guest starts" },
	[SPAN_BOOT] = { "#2c8f3d", "guest boots" },
};

static const char *const style = ".head { font-weight: bold; }\n"
				 ".note { fill: #59636e; }\n"
				 ".tick { stroke: #d1d9e0; }\n"
				 ".zero { stroke: #818b98; }\n"
				 "@media (prefers-color-scheme: dark) {\n"
				 ".page { fill: #0d1117; }\n"
				 "text { fill: #e6edf3; }\n"
				 ".note { fill: #9198a1; }\n"
				 ".tick { stroke: #2f353d; }\n"
				 ".zero { stroke: #656c76; }\n"
				 "}\n";

struct picture {
	const struct chart *chart;
	const struct chart_layout *layout;
	struct strbuf *out;
	int left; /* where the bars begin */
	int height;
};

static int place(const struct picture *picture, int64_t time)
{
	return picture->left + (int)chart_place(picture->chart, time, LENGTH);
}

/* 1, 2 or 5 and noughts, so that there are not too many. */
static int64_t tick_step(const struct chart *chart)
{
	static const int factors[] = { 2, 5, 10 };
	int64_t power = 1000, step = power;

	while ((chart->end - chart->start) / step > TICKS_MAX)
		for (size_t i = 0; i < ARRAY_SIZE(factors); i++) {
			step = power * factors[i];
			if ((chart->end - chart->start) / step <= TICKS_MAX)
				break;
			if (i + 1 == ARRAY_SIZE(factors))
				power = step;
		}
	return step;
}

static void add_ticks(const struct picture *picture)
{
	const struct chart *chart = picture->chart;
	int64_t step = tick_step(chart);

	for (int64_t at = chart->start / step * step; at <= chart->end; at += step) {
		int x = place(picture, at);
		char text[CHART_SECONDS + 2];

		if (at < chart->start)
			continue;
		strbuf_addf(picture->out, "<path class=\"%s\" d=\"M %d %d V %d\"/>\n",
			    at ? "tick" : "zero", x, TOP - LINE / 2,
			    picture->height - MARGIN);
		snprintf(text, sizeof(text), "%g s", (double)at / 1e6);
		svg_line(picture->out, x - svg_width(text) / 2, TOP - LINE / 2 - 4,
			 "note", text);
	}
}

/* What the pointer is told: the whole of it. */
static void add_hover(const struct picture *picture, const struct span *span)
{
	char start[CHART_SECONDS], end[CHART_SECONDS], took[CHART_SECONDS];

	strbuf_adds(picture->out, "<title>");
	svg_escape(picture->out, span->name);
	strbuf_addf(picture->out, " (%s): %s s to %s s, %s s", looks[span->kind].legend,
		    chart_seconds(span->start, start),
		    span->is_open ? "the end" : chart_seconds(span->end, end),
		    chart_seconds(span->end - span->start, took));
	if (*span->note) {
		strbuf_adds(picture->out, "; ");
		svg_escape(picture->out, span->note);
	}
	strbuf_adds(picture->out, "</title>");
}

static void add_spans(const struct picture *picture, size_t row, int y)
{
	const struct chart *chart = picture->chart;

	for (size_t i = 0; i < chart->spans.count; i++) {
		const struct span *span = &chart->spans.items[i];
		int from = place(picture, span->start), to = place(picture, span->end);

		if (picture->layout->row_of[i] != row)
			continue;
		strbuf_adds(picture->out, "<g>");
		add_hover(picture, span);
		strbuf_addf(picture->out,
			    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
			    "fill=\"%s\"%s/></g>\n",
			    from, y - BAR + 3, to > from + 1 ? to - from : 2, BAR,
			    looks[span->kind].colour,
			    span->is_open ? " fill-opacity=\"0.5\"" : "");
	}
}

/* Behind the bar, or before it where the page ends. */
static void add_note(const struct picture *picture, const struct chart_row *row, int y)
{
	int width = svg_width(row->note), from = place(picture, row->start) - GAP;
	int x = place(picture, row->end) + GAP;

	if (x + width > picture->left + LENGTH + SIDE && from - width >= picture->left)
		x = from - width;
	if (*row->note)
		svg_line(picture->out, x, y, "note", row->note);
}

/* Each ends where its column does. */
static void add_numbers(const struct picture *picture, int y, const char *start,
			const char *took)
{
	int end = picture->left - MARGIN;

	svg_line(picture->out, end - svg_width(took), y, "note", took);
	end -= NUMBER;
	svg_line(picture->out, end - svg_width(start), y, "note", start);
}

static void add_row(const struct picture *picture, size_t i, int y)
{
	const struct chart_row *row = &picture->layout->rows[i];
	char start[CHART_SECONDS], took[CHART_SECONDS];

	svg_line(picture->out, MARGIN + INDENT, y, "name", row->name);
	add_numbers(picture, y, chart_seconds(row->start, start),
		    chart_seconds(row->end - row->start, took));
	add_spans(picture, i, y);
	add_note(picture, row, y);
}

/* Returns where the next line stands. */
static int add_rows(const struct picture *picture)
{
	int y = TOP + LINE / 2;

	add_numbers(picture, TOP - LINE / 2 - 4, "start s", "took s");
	for (size_t i = 0; i < picture->layout->count; i++, y += LINE) {
		const struct chart_row *row = &picture->layout->rows[i];

		if (!i || row->group != row[-1].group) {
			svg_line(picture->out, MARGIN, y, "head",
				 chart_group_text(row->group));
			y += LINE;
		}
		add_row(picture, i, y);
	}
	return y;
}

static void measure(struct picture *picture, int *width)
{
	const struct names *left_out = &picture->chart->left_out;
	int lines = 2 + (int)left_out->count, name = 0, note = 0, end;

	for (size_t i = 0; i < picture->layout->count; i++) {
		const struct chart_row *row = &picture->layout->rows[i];

		lines += 1 + (!i || row->group != row[-1].group);
		name = svg_width(row->name) > name ? svg_width(row->name) : name;
	}
	picture->left = MARGIN + INDENT + name + GAP + 2 * NUMBER + MARGIN;
	picture->height = TOP + lines * LINE;
	*width = picture->left + LENGTH + SIDE;
	for (size_t i = 0; i < picture->layout->count; i++) {
		const struct chart_row *row = &picture->layout->rows[i];
		int length = svg_width(row->note);

		/* One that fits on neither side makes the page wider. */
		end = place(picture, row->end) + GAP + length;
		if (end > *width &&
		    place(picture, row->start) - GAP - length < picture->left)
			*width = end;
	}
	for (size_t i = 0; i < left_out->count; i++)
		note = svg_width(left_out->items[i]) > note
			       ? svg_width(left_out->items[i])
			       : note;
	end = svg_legend_width(looks, SPAN_KINDS);
	end = MARGIN + (note > end ? note : end);
	*width = (end > *width ? end : *width) + MARGIN;
}

int chart_write_svg(const struct chart *chart, struct strbuf *out, struct err *err)
{
	_cleanup_layout_ struct chart_layout layout = { .rows = NULL };
	struct picture picture = { .chart = chart, .layout = &layout, .out = out };
	int result = chart_lay_out(&layout, chart, err), width, y;

	if (result)
		return result;
	measure(&picture, &width);
	svg_begin(out, "The boot", style, width, picture.height);
	svg_legend(out, MARGIN, MARGIN + 4, "note", looks, SPAN_KINDS);
	add_ticks(&picture);
	y = add_rows(&picture) + LINE / 2;
	for (size_t i = 0; i < chart->left_out.count; i++, y += LINE)
		svg_line(out, MARGIN, y, "note", chart->left_out.items[i]);
	strbuf_adds(out, "</svg>\n");
	return out->overflow ? err_sys(err, ENOMEM, "drawing the boot") : 0;
}
