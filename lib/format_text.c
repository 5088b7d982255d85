/* SPDX-License-Identifier: GPL-2.0-or-later */
/* format_text.c: printf(3) into a new string. */
#include <stdarg.h>
#include <stdio.h>

#include "lib/format_text.h"

char *format_text(const char *fmt, ...)
{
	va_list ap;
	char *text = NULL;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	return text;
}
