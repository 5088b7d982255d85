/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_systemd.c: asks systemd when it and its units began and were up. */
#include <stdlib.h>
#include <string.h>

#include "bedplate/chart_read.h"
#include "lib/cleanup.h"
#include "lib/interrupt.h"
#include "lib/process.h"

/* A unit at a time: a slow machine takes minutes. */
enum { ASK_MS = 300000 };

/* The firmware's and the loader's are how long before the kernel they began;
 * org.freedesktop.systemd1(5). */
void chart_take_manager(struct chart_sources *sources, char *text)
{
	const struct {
		const char *key;
		int64_t *time;
	} keys[] = {
		{ "FirmwareTimestampMonotonic", &sources->firmware },
		{ "LoaderTimestampMonotonic", &sources->loader },
		{ "InitRDTimestampMonotonic", &sources->initrd },
		{ "UserspaceTimestampMonotonic", &sources->system },
		{ "FinishTimestampMonotonic", &sources->finish },
	};

	for (char *line; (line = strsep(&text, "\n"));) {
		char *value = strchr(line, '=');

		if (!value)
			continue;
		*value++ = '\0';
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			if (!strcmp(keys[i].key, line))
				*keys[i].time = strtoll(value, NULL, 10);
	}
}

static bool ask(struct chart_sources *sources, const char *const *argv,
		struct strbuf *text)
{
	struct process process = {
		.argv = argv, .output = text, .timeout_ms = ASK_MS, .stop = &interrupted
	};
	struct err err = ERR_INIT;

	if (!process_run_quiet(&process, &err) && !text->overflow)
		return true;
	chart_missing(sources, "systemd: %s", err.text);
	return false;
}

void chart_read_systemd(struct chart_sources *sources)
{
	static const char *const manager[] = {
		"systemctl", "show", "--no-pager",
		"--property=FirmwareTimestampMonotonic,LoaderTimestampMonotonic,"
		"InitRDTimestampMonotonic,UserspaceTimestampMonotonic,"
		"FinishTimestampMonotonic",
		NULL
	};
	/* Without --all those that have ended are not shown. */
	static const char *const units[] = {
		"systemctl",
		"show",
		"--all",
		"--no-pager",
		"--property=Id,Names,After,ActiveState,Result,"
		"InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic,"
		"ActiveExitTimestampMonotonic,InactiveEnterTimestampMonotonic",
		"*",
		NULL
	};
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (!ask(sources, manager, &text))
		return;
	chart_take_manager(sources, text.text);
	strbuf_truncate(&text, 0);
	if (ask(sources, units, &text))
		chart_take_units(sources, text.text);
}
