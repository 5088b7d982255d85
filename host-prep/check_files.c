/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_files.c: mistakes in host.conf, guests' and network files, each on its own. */
#include <string.h>

#include "host-prep/check.h"

void check_files(const struct check_context *context, struct findings *findings)
{
	for (size_t i = 0; i < context->mistake_count; i++) {
		const struct err *mistake = &context->mistakes[i];

		for (const char *line = mistake->text; *line;) {
			int length = (int)strcspn(line, "\n");

			if (length)
				finding_add(findings, CHECK_PROBLEM, "%.*s", length,
					    line);
			/* The hint is about the first of them. */
			if (length && line == mistake->text)
				finding_advise(findings, "%s", mistake->hint);
			line += length + (line[length] == '\n');
		}
	}
	if (!context->mistake_count && context->networks->count && !context->want->count)
		finding_add(findings, CHECK_NOTE,
			    "the networks were not looked at: which interfaces they mean "
			    "only the running system knows");
}
