/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run_point.c: runs what lies in the folder of a point. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/run_point.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/process.h"
#include "lib/run_point.h"

enum { PROGRAM_TIMEOUT_MS = 60000, OUTPUT_MAX = 16 << 10 };

static void log_output(const char *name, const struct strbuf *output)
{
	_cleanup_free_ char *copy = strdup(output->text);

	for (char *next = copy; next;) {
		const char *line = strsep(&next, "\n");

		if (*line)
			log_info("%s: %s", name, line);
	}
}

static void run_program(struct boot *boot, const char *point, const char *name)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_strbuf_ struct strbuf output;
	const char *argv[] = { NULL, point, NULL };
	const char *envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	struct process process = { .argv = argv,
				   .envp = envp,
				   .output = &output,
				   .errors = &output,
				   .timeout_ms = PROGRAM_TIMEOUT_MS };
	struct err err = ERR_INIT;

	strbuf_init(&output, OUTPUT_MAX);
	if (asprintf(&path, "/" RUN_POINT_FOLDER "/%s/%s", point, name) < 0)
		return;
	argv[0] = path;
	if (process_run(&process, &err))
		report_warning(&boot->report, "%s", err.text);
	log_output(name, &output);
}

static int is_program(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void run_point(struct boot *boot, const char *point)
{
	char folder[sizeof(RUN_POINT_FOLDER) + 32];
	struct dirent **entries = NULL;
	int count;

	snprintf(folder, sizeof(folder), "/" RUN_POINT_FOLDER "/%s", point);
	count = scandir(folder, &entries, is_program, alphasort);
	for (int i = 0; i < count; i++) {
		run_program(boot, point, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}
