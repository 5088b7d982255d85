/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strbuf.c: one growing string with a maximum and a sticky overflow flag. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/strbuf.h"

void strbuf_init(struct strbuf *sb, size_t maximum)
{
	sb->text = sb->stack;
	sb->length = 0;
	sb->size = sizeof(sb->stack);
	sb->maximum = maximum ? maximum : STRBUF_MAX;
	sb->overflow = false;
	sb->stack[0] = '\0';
}

void strbuf_release(struct strbuf *sb)
{
	if (sb->text && sb->text != sb->stack)
		free(sb->text);
	strbuf_init(sb, sb->maximum);
}

static char *strbuf_resize(struct strbuf *sb, size_t size)
{
	char *text;

	if (sb->text != sb->stack)
		return realloc(sb->text, size);
	text = malloc(size);
	if (text)
		memcpy(text, sb->stack, sb->length + 1);
	return text;
}

bool strbuf_grow(struct strbuf *sb, size_t extra)
{
	size_t size = sb->size;
	char *text;

	if (sb->overflow)
		return false;
	if (extra > sb->maximum || sb->length > sb->maximum - extra) {
		sb->overflow = true;
		return false;
	}
	while (size < sb->length + extra + 1)
		size *= 2;
	if (size == sb->size)
		return true;
	text = strbuf_resize(sb, size);
	if (!text) {
		sb->overflow = true;
		return false;
	}
	sb->text = text;
	sb->size = size;
	return true;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t length)
{
	if (!strbuf_grow(sb, length))
		return;
	memcpy(sb->text + sb->length, data, length);
	sb->length += length;
	sb->text[sb->length] = '\0';
}

void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
{
	va_list again;
	int length;

	va_copy(again, ap);
	length = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (length < 0 || !strbuf_grow(sb, (size_t)length))
		return;
	vsnprintf(sb->text + sb->length, (size_t)length + 1, fmt, ap);
	sb->length += (size_t)length;
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(sb, fmt, ap);
	va_end(ap);
}

void strbuf_truncate(struct strbuf *sb, size_t length)
{
	if (length <= sb->length)
		sb->length = length;
	sb->text[sb->length] = '\0';
	sb->overflow = false;
}

char *strbuf_steal(struct strbuf *sb)
{
	char *text = NULL;

	if (!sb->overflow)
		text = sb->text == sb->stack ? strdup(sb->text) : sb->text;
	if (text == sb->text)
		strbuf_init(sb, sb->maximum);
	else
		strbuf_release(sb);
	return text;
}
