/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_span.c: spans, and the rows that they make. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/chart.h"
#include "lib/cleanup.h"

/* What disks and units are called may hold a terminal's commands. */
static void make_plain(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

struct span *spans_add(struct spans *spans, enum span_kind kind, const char *name,
		       int64_t start, int64_t end)
{
	struct span *more =
		reallocarray(spans->items, spans->count + 1, sizeof(*spans->items));
	struct span *span;

	if (!more) {
		spans->overflow = true;
		return NULL;
	}
	spans->items = more;
	span = &more[spans->count++];
	*span = (struct span){ .kind = kind, .start = start, .end = end };
	snprintf(span->name, sizeof(span->name), "%s", name);
	make_plain(span->name);
	return span;
}

void span_note(struct span *span, const char *fmt, ...)
{
	size_t used = strlen(span->note);
	va_list ap;

	if (used && used + 2 < sizeof(span->note)) {
		strcpy(span->note + used, "; ");
		used += 2;
	}
	va_start(ap, fmt);
	vsnprintf(span->note + used, sizeof(span->note) - used, fmt, ap);
	va_end(ap);
	make_plain(span->note);
}

void spans_release(struct spans *spans)
{
	free(spans->items);
	*spans = (struct spans)SPANS_INIT;
}

enum chart_group chart_group_of(enum span_kind kind)
{
	static const enum chart_group groups[SPAN_KINDS] = {
		[SPAN_FIRMWARE] = CHART_BEFORE, [SPAN_LOADER] = CHART_BEFORE,
		[SPAN_KERNEL] = CHART_BEFORE,   [SPAN_STEP] = CHART_INITRAMFS,
		[SPAN_SYSTEM] = CHART_SYSTEMD,  [SPAN_UNIT] = CHART_SYSTEMD,
		[SPAN_OWN] = CHART_SYSTEMD,     [SPAN_START] = CHART_GUESTS,
		[SPAN_BOOT] = CHART_GUESTS,
	};

	return groups[kind];
}

const char *chart_group_text(enum chart_group group)
{
	static const char *const texts[] = {
		[CHART_BEFORE] = "before /init",
		[CHART_INITRAMFS] = "/init",
		[CHART_SYSTEMD] = "systemd",
		[CHART_GUESTS] = "guests",
	};

	return texts[group];
}

const char *chart_seconds(int64_t time, char text[CHART_SECONDS])
{
	int64_t ms = (time < 0 ? -time : time) / 1000;

	snprintf(text, CHART_SECONDS, "%s%" PRId64 ".%03d", time < 0 && ms ? "-" : "",
		 ms / 1000, (int)(ms % 1000));
	return text;
}

int64_t chart_place(const struct chart *chart, int64_t time, int64_t length)
{
	int64_t all = chart->end - chart->start;

	if (all <= 0 || time <= chart->start)
		return 0;
	if (time >= chart->end)
		return length;
	return (int64_t)((double)(time - chart->start) / (double)all * (double)length);
}

static void join(struct chart_row *row, const struct span *span)
{
	size_t used = strlen(row->note);

	if (span->start < row->start)
		row->start = span->start;
	if (span->end > row->end)
		row->end = span->end;
	if (*span->note)
		snprintf(row->note + used, sizeof(row->note) - used, "%s%s",
			 used ? "; " : "", span->note);
}

static size_t find_row(const struct chart_layout *layout, const struct span *span)
{
	size_t i = 0;

	while (i < layout->count &&
	       (layout->rows[i].group != chart_group_of(span->kind) ||
		strcmp(layout->rows[i].name, span->name) != 0))
		i++;
	return i;
}

int chart_lay_out(struct chart_layout *layout, const struct chart *chart, struct err *err)
{
	layout->count = 0;
	layout->rows = calloc(chart->spans.count + 1, sizeof(*layout->rows));
	layout->row_of = calloc(chart->spans.count + 1, sizeof(*layout->row_of));
	if (!layout->rows || !layout->row_of)
		return err_sys(err, ENOMEM, "charting the boot");
	for (size_t i = 0; i < chart->spans.count; i++) {
		const struct span *span = &chart->spans.items[i];
		size_t row = find_row(layout, span);

		if (row == layout->count)
			layout->rows[layout->count++] = (struct chart_row){
				.group = chart_group_of(span->kind),
				.name = span->name,
				.start = span->start,
				.end = span->end,
			};
		join(&layout->rows[row], span);
		layout->row_of[i] = row;
	}
	return 0;
}

void chart_layout_release(struct chart_layout *layout)
{
	free(layout->rows);
	free(layout->row_of);
}
