/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_json.c: the chart for programs. */
#include "bedplate/chart.h"
#include "lib/show_json.h"

static const char *const words[SPAN_KINDS] = {
	[SPAN_FIRMWARE] = "firmware", [SPAN_LOADER] = "loader",
	[SPAN_KERNEL] = "kernel",     [SPAN_STEP] = "init",
	[SPAN_SYSTEM] = "systemd",    [SPAN_UNIT] = "unit",
	[SPAN_OWN] = "bedplate-unit", [SPAN_START] = "guest-start",
	[SPAN_BOOT] = "guest-boot",
};

static json_t *span_json(const struct span *span)
{
	json_t *end = span->is_open ? json_null() : json_integer(span->end);

	return json_pack("{s:s, s:o, s:I, s:o, s:o}", "kind", words[span->kind], "name",
			 show_json_text(span->name), "start_us", (json_int_t)span->start,
			 "end_us", end, "note", show_json_text(span->note));
}

json_t *chart_json(const struct chart *chart)
{
	json_t *spans = json_array(), *left_out = json_array();

	for (size_t i = 0; i < chart->spans.count; i++)
		json_array_append_new(spans, span_json(&chart->spans.items[i]));
	for (size_t i = 0; i < chart->left_out.count; i++)
		json_array_append_new(left_out, show_json_text(chart->left_out.items[i]));
	return json_pack("{s:i, s:s, s:I, s:I, s:o, s:o}", "version", 1, "clock",
			 "monotonic", "start_us", (json_int_t)chart->start, "end_us",
			 (json_int_t)chart->end, "spans", spans, "left_out", left_out);
}
