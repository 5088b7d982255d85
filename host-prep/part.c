/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part.c: what all parts use. */
#include <stdarg.h>

#include "host-prep/part.h"

void part_note(const struct part_context *context, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(context->notes, fmt, ap);
	va_end(ap);
	strbuf_addc(context->notes, '\n');
}

void part_missing(const struct part_context *context, const char *fmt, ...)
{
	va_list ap;

	if (!context->missing)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(context->missing, fmt, ap);
	va_end(ap);
	strbuf_addc(context->missing, '\n');
}
