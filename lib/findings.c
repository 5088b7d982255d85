/* SPDX-License-Identifier: GPL-2.0-or-later */
/* findings.c: the list of what checks have found. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/findings.h"
#include "lib/strbuf.h"

__attribute__((format(printf, 1, 0))) static char *format(const char *fmt, va_list ap)
{
	struct strbuf text;

	strbuf_init(&text, 0);
	strbuf_vaddf(&text, fmt, ap);
	return strbuf_steal(&text);
}

void finding_add(struct findings *findings, enum check_severity severity, const char *fmt,
		 ...)
{
	struct finding *items =
		reallocarray(findings->items, findings->count + 1, sizeof(*items));
	struct finding finding = { .severity = severity,
				   .check = findings->check,
				   .subject = "" };
	va_list ap;

	if (items)
		findings->items = items;
	va_start(ap, fmt);
	finding.what = format(fmt, ap);
	va_end(ap);
	finding.advice = strdup("");
	if (!items || !finding.what || !finding.advice) {
		free(finding.what);
		free(finding.advice);
		findings->overflow = true;
		return;
	}
	items[findings->count++] = finding;
}

void finding_advise(struct findings *findings, const char *fmt, ...)
{
	struct finding *last;
	char *advice;
	va_list ap;

	if (!findings->count || findings->overflow)
		return;
	va_start(ap, fmt);
	advice = format(fmt, ap);
	va_end(ap);
	last = &findings->items[findings->count - 1];
	if (!advice) {
		findings->overflow = true;
		return;
	}
	free(last->advice);
	last->advice = advice;
}

void finding_locate(struct findings *findings, const char *subject, const char *origin)
{
	struct finding *last;

	if (!findings->count || findings->overflow)
		return;
	last = &findings->items[findings->count - 1];
	last->subject = subject;
	snprintf(last->origin, sizeof(last->origin), "%s", origin);
}

const char *place_below_etc(const char *path)
{
	static const char folder[] = "etc/bedplate/";

	path += *path == '/';
	return strncmp(path, folder, strlen(folder)) != 0 ? path : path + strlen(folder);
}

size_t place_length(const char *text)
{
	size_t name = strcspn(text, " \t:()\""), digits;

	if (text[name] != ':' || name < 6 || strncmp(text + name - 5, ".conf", 5) != 0)
		return 0;
	digits = strspn(text + name + 1, "0123456789");
	return digits ? name + 1 + digits : 0;
}

static void add_mistake(struct findings *findings, const char *line, int length)
{
	char origin[ORIGIN_MAX];
	int place = (int)place_length(line), skipped = 0;

	if (place && place < ORIGIN_MAX && !strncmp(line + place, ": ", 2))
		skipped = place + 2;
	finding_add(findings, CHECK_PROBLEM, "%.*s", length - skipped, line + skipped);
	if (!skipped)
		return;
	snprintf(origin, sizeof(origin), "%.*s", place, line);
	finding_locate(findings, "", place_below_etc(origin));
}

size_t findings_add_mistake(struct findings *findings, const struct err *mistake)
{
	size_t before = findings->count;

	for (const char *line = mistake->text; *line;) {
		int length = (int)strcspn(line, "\n");

		if (length)
			add_mistake(findings, line, length);
		if (length && line == mistake->text)
			finding_advise(findings, "%s", mistake->hint);
		line += length + (line[length] == '\n');
	}
	return findings->count - before;
}

enum check_severity findings_worst(const struct findings *findings, const char *check)
{
	enum check_severity worst = CHECK_OK;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if ((!check || !strcmp(finding->check, check)) &&
		    finding->severity > worst)
			worst = finding->severity;
	}
	return worst;
}

const char *check_severity_word(enum check_severity severity)
{
	static const char *const words[CHECK_SEVERITIES] = {
		[CHECK_OK] = "ok",
		[CHECK_NOTE] = "note",
		[CHECK_WARNING] = "warning",
		[CHECK_PROBLEM] = "problem",
	};

	return words[severity];
}

void findings_release(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->items[i].what);
		free(findings->items[i].advice);
	}
	free(findings->items);
	*findings = (struct findings)FINDINGS_INIT;
}
