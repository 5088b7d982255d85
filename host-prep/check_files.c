/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_files.c: mistakes in host.conf, guests' and network files, each on its own. */
#include "host-prep/check.h"

void check_files(const struct check_context *context, struct findings *findings)
{
	for (size_t i = 0; i < context->mistake_count; i++)
		findings_add_mistake(findings, &context->mistakes[i]);
	if (!context->mistake_count && context->networks->count && !context->want->count)
		finding_add(findings, CHECK_NOTE,
			    "the networks were not looked at: which interfaces they mean "
			    "only the running system knows");
}
