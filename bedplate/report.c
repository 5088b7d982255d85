/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c: bedplate report: packs what a bug report needs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bedplate/commands.h"
#include "bedplate/report.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"

/* "bedplate-report-HOST-TIME" */
static char *folder_name(void)
{
	time_t now = time(NULL);
	char host[65] = "", when[32] = "";
	struct tm local;

	gethostname(host, sizeof(host) - 1);
	for (char *c = host; *c; c++)
		if (*c == '/' || *c == '.')
			*c = '-';
	strftime(when, sizeof(when), "%Y%m%d-%H%M%S", localtime_r(&now, &local));
	return format_text("bedplate-report-%s-%s", *host ? host : "host", when);
}

static int show_contents(const struct report *report, struct err *err)
{
	_cleanup_free_ char *contents = report_contents(report);

	if (!contents || fputs(contents, stdout) == EOF || fflush(stdout) == EOF)
		return err_sys(err, contents ? errno : ENOMEM,
			       "writing to the standard output");
	return 0;
}

static int pack(const struct args *args, const struct report *report, struct err *err)
{
	_cleanup_free_ char *folder = folder_name(), *path = NULL;
	int result;

	if (folder)
		path = args->output ? strdup(args->output)
				    : format_text("%s.tar.gz", folder);
	if (!path)
		return err_sys(err, ENOMEM, "writing the report");
	result = report_pack(report, path, folder, err);
	if (!result)
		result = show_contents(report, err);
	if (!result)
		printf("\nwrote %s\nKnown secrets are left out. Addresses and names are in "
		       "it: look before you send it.\n",
		       path);
	return result;
}

int report_run(const struct args *args, struct err *err)
{
	_cleanup_report_ struct report report = { .root = args->root };
	int result;

	report.root_fd = file_open_root(args->root, err);
	if (report.root_fd < 0)
		return EXIT_FAILED;
	result = report_plan(&report, err);
	if (!result && args->dry_run)
		return show_contents(&report, err) ? EXIT_FAILED : EXIT_DONE;
	if (!result)
		result = report_gather(&report, err);
	if (!result)
		result = pack(args, &report, err);
	return result ? EXIT_FAILED : EXIT_DONE;
}
