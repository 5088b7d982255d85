/* SPDX-License-Identifier: GPL-2.0-or-later */
/* units.h: amounts with units: bytes and time. */
#ifndef BEDPLATE_LIB_VALUE_UNITS_H
#define BEDPLATE_LIB_VALUE_UNITS_H

#include <stdint.h>

#include "lib/err.h"
#include "lib/strbuf.h"

/* For ever. */
#define SPAN_INFINITY UINT64_MAX

/* Reads bytes: 512, 4G, 1.5M, "1G 512M"; K M G T P E are powers of 1024, as in systemd's
 * configuration files. */
int size_parse(const char *text, uint64_t *bytes, struct err *err);

/* Adds the bytes exactly, in the largest unit that divides them. */
void size_format(uint64_t bytes, struct strbuf *out);

/* An amount, or a part of a whole that is known later: of the two the other is 0. */
struct size_share {
	uint64_t bytes;
	unsigned percent;
};

/* Reads a size as above, or 1% to 1000%. */
int size_share_parse(const char *text, struct size_share *share, struct err *err);

/* The bytes that it is of a whole. */
uint64_t size_share_of(const struct size_share *share, uint64_t whole);

/* Reads milliseconds as systemd.time(7) has them: 90, 90s, "2min 30s", 500ms, 1.5h,
 * infinity; a number without unit is seconds. Less than a millisecond is not known. */
int span_parse(const char *text, uint64_t *ms, struct err *err);

/* Adds the milliseconds exactly: "1min 30s". */
void span_format(uint64_t ms, struct strbuf *out);

#endif
