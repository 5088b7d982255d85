/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part.c: what all parts use. */
#include <stdarg.h>
#include <string.h>

#include "host-prep/part.h"

struct part_context part_below(const struct part_context *context, const char *key)
{
	struct part_context part = *context;

	part.journal = json_object_get(context->journal, key);
	if (!part.journal) {
		part.journal = json_object();
		json_object_set_new(context->journal, key, part.journal);
	}
	return part;
}

bool part_is_of(const struct part *part, const char *group)
{
	return part->group && !strcmp(part->group, group);
}

__attribute__((format(printf, 2, 0))) static void add_line(struct strbuf *out,
							   const char *fmt, va_list ap)
{
	if (!out)
		return;
	strbuf_vaddf(out, fmt, ap);
	strbuf_addc(out, '\n');
}

void part_note(const struct part_context *context, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(context->notes, fmt, ap);
	va_end(ap);
}

void part_missing(const struct part_context *context, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(context->missing, fmt, ap);
	va_end(ap);
}
