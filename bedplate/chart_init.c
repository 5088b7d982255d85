/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_init.c: /init's steps, from its report. */
#include <string.h>

#include "bedplate/chart_read.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"

static const char report_path[] = "run/bedplate/boot.json";

enum { REPORT_VERSION = 1 };

static void take_step(struct chart_sources *sources, const json_t *step)
{
	const char *result = json_text(step, "result"),
		   *detail = json_text(step, "detail");
	struct span *span =
		spans_add(&sources->steps, SPAN_STEP, json_text(step, "name"),
			  (int64_t)json_integer_value(json_object_get(step, "start_us")),
			  (int64_t)json_integer_value(json_object_get(step, "end_us")));

	if (!span)
		return;
	span->is_minor = !strcmp(result, "skipped");
	if (!strcmp(result, "failed"))
		span_note(span, "failed");
	if (*detail)
		span_note(span, "%s", detail);
}

bool chart_take_init(struct chart_sources *sources, const char *text)
{
	json_t *report = json_loads(text, 0, NULL), *step;
	bool is_one =
		json_integer_value(json_object_get(report, "version")) == REPORT_VERSION;
	size_t i;

	if (is_one)
		json_array_foreach(json_object_get(report, "steps"), i, step)
			take_step(sources, step);
	json_decref(report);
	return is_one && sources->steps.count;
}

void chart_read_init(struct chart_sources *sources, int root_fd)
{
	_cleanup_strbuf_ struct strbuf text;
	struct err err = ERR_INIT;

	strbuf_init(&text, 0);
	if (file_read(root_fd, report_path, &text, &err))
		chart_missing(sources, "/init: %s", err.text);
	else if (!chart_take_init(sources, text.text))
		chart_missing(sources, "/init: /%s is no report of this version",
			      report_path);
}
