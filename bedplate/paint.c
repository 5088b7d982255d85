/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paint.c: colours on a terminal. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bedplate/paint.h"

static bool has_colours(void)
{
	static int has = -1;
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (has < 0)
		has = isatty(STDOUT_FILENO) && !(no && *no) && term &&
		      strcmp(term, "dumb") != 0;
	return has;
}

const char *paint_begin(enum check_severity severity)
{
	static const char *const colours[CHECK_SEVERITIES] = {
		[CHECK_OK] = "\033[32m",
		[CHECK_NOTE] = "\033[36m",
		[CHECK_WARNING] = "\033[33m",
		[CHECK_PROBLEM] = "\033[1;31m",
	};

	return has_colours() ? colours[severity] : "";
}

const char *paint_end(void)
{
	return has_colours() ? "\033[0m" : "";
}
