/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strbuf.h: one growing string.
 *
 * The text is never NULL and always ends in '\0'. It starts in a small buffer inside the
 * struct and moves to the heap when it outgrows it. A string that would pass its maximum
 * (or memory that is not to be had) sets `overflow` and leaves the text as it was;
 * further additions do nothing. So a caller adds freely and asks once, at the end.
 */
#ifndef BEDPLATE_LIB_STRBUF_H
#define BEDPLATE_LIB_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { STRBUF_STACK = 256, STRBUF_MAX = 64 << 20 };

struct strbuf {
	char *text;
	size_t length;
	size_t size; /* room behind `text`, the '\0' included */
	size_t maximum;
	bool overflow;
	char stack[STRBUF_STACK];
};

/* Makes an empty string that may grow to `maximum` bytes (0: STRBUF_MAX). The struct must
 * not be moved afterwards: `text` may point into it. */
void strbuf_init(struct strbuf *sb, size_t maximum);

/* Gives the memory back; the string is empty and usable again. */
void strbuf_release(struct strbuf *sb);

#define _cleanup_strbuf_ __attribute__((cleanup(strbuf_release)))

void strbuf_add(struct strbuf *sb, const void *data, size_t length);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static inline void strbuf_adds(struct strbuf *sb, const char *text)
{
	strbuf_add(sb, text, strlen(text));
}

static inline void strbuf_addc(struct strbuf *sb, char c)
{
	strbuf_add(sb, &c, 1);
}

/* Cuts the string to `length` bytes, which it must have. Overflow is forgotten. */
void strbuf_truncate(struct strbuf *sb, size_t length);

/* Makes room for `extra` more bytes behind the text. False on overflow. */
bool strbuf_grow(struct strbuf *sb, size_t extra);

/* The text as a heap string that the caller frees, and an empty strbuf; NULL on overflow.
 */
char *strbuf_steal(struct strbuf *sb);

#endif
