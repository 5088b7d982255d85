/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chart.h: the boot as one time line, from the kernel's first instruction (or the firmware's)
 * to the last guest's readiness.
 *
 * How it works: each source (chart_read.h) gives spans, all in microseconds of one clock:
 * CLOCK_MONOTONIC, which is 0 when the kernel starts its clock. systemd's timestamps and
 * those in guests' states are that; /init's are CLOCK_BOOTTIME, which differs only once the
 * machine has been suspended. chart_merge (pure) puts them in order, joins what one source
 * knows of another's, and leaves out what is not of the boot. chart_layout (pure) makes rows
 * of it, and the writers draw these.
 */
#ifndef BEDPLATE_BEDPLATE_CHART_H
#define BEDPLATE_BEDPLATE_CHART_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/names.h"
#include "lib/strbuf.h"

enum { SPAN_NAME = 256, SPAN_NOTE = 256 };

enum span_kind {
	SPAN_FIRMWARE,
	SPAN_LOADER,
	SPAN_KERNEL,
	SPAN_STEP,   /* of /init; or another initramfs as a whole */
	SPAN_SYSTEM, /* systemd, up to the end of its boot */
	SPAN_UNIT,
	SPAN_OWN,   /* a unit of bedplate's */
	SPAN_START, /* a guest: until its processors run */
	SPAN_BOOT,  /* a guest: until it is ready */
	SPAN_KINDS
};

struct span {
	enum span_kind kind;
	char name[SPAN_NAME];
	int64_t start, end;
	char note[SPAN_NOTE]; /* "" */
	bool is_minor;        /* on the chart only where all is asked for */
	bool is_open;         /* it has not ended: `end` is the chart's */
};

struct spans {
	struct span *items;
	size_t count;
	bool overflow; /* memory ran out */
};

#define SPANS_INIT            \
	{                     \
		.items = NULL \
	}

/* Adds one; bytes of the name that are no text for a terminal become '?'. The result is valid
 * until the next; NULL without memory. */
struct span *spans_add(struct spans *spans, enum span_kind kind, const char *name,
		       int64_t start, int64_t end);
/* Adds to a span's note, behind "; " where it has one. */
void span_note(struct span *span, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void spans_release(struct spans *spans);

/* A guest's times; 0 is "not yet". */
struct chart_guest {
	char name[SPAN_NAME];
	int64_t start, run, ready;
	char awaits[SPAN_NOTE]; /* what shows that it is ready */
	bool has_ended;         /* it does not run any more */
	char reason[SPAN_NOTE]; /* of that, or of what is wrong with it; "" */
	struct names after;     /* guests that go before it */
};

/* What is known of the boot. Times are 0 where they are not. */
struct chart_sources {
	bool overflow;            /* memory ran out */
	int64_t firmware, loader; /* how long before the kernel each began */
	struct spans steps;       /* of /init */
	int64_t initrd, system, finish;
	struct spans units;
	struct chart_guest *guests;
	size_t guest_count;
	struct names missing; /* what could not be read, in words */
};

void chart_sources_release(struct chart_sources *sources);
#define _cleanup_sources_ __attribute__((cleanup(chart_sources_release)))

struct chart {
	struct spans spans;
	int64_t start, end;
	struct names left_out; /* what is not on it, and why */
};

#define CHART_INIT         \
	{                  \
		.start = 0 \
	}

/* Puts the sources together; `all` keeps what is minor. -ENOMEM, or 0. */
int chart_merge(struct chart *chart, const struct chart_sources *sources, bool all,
		struct err *err);
void chart_release(struct chart *chart);
#define _cleanup_chart_ __attribute__((cleanup(chart_release)))

enum chart_group { CHART_BEFORE, CHART_INITRAMFS, CHART_SYSTEMD, CHART_GUESTS };

/* What begins under a heading of its own, and its words. */
enum chart_group chart_group_of(enum span_kind kind);
const char *chart_group_text(enum chart_group group);

/* One line: the spans of one name in a group. */
struct chart_row {
	enum chart_group group;
	const char *name;   /* the spans' */
	int64_t start, end; /* of all of them */
	char note[2 * SPAN_NOTE];
};

struct chart_layout {
	struct chart_row *rows;
	size_t count;
	size_t *row_of; /* of each span */
};

/* Points into the chart. -ENOMEM, or 0. */
int chart_lay_out(struct chart_layout *layout, const struct chart *chart,
		  struct err *err);
void chart_layout_release(struct chart_layout *layout);
#define _cleanup_layout_ __attribute__((cleanup(chart_layout_release)))

/* The place of a time on a line of this length, from 0 to the length. */
int64_t chart_place(const struct chart *chart, int64_t time, int64_t length);

/* The writers. Text has `width` columns at most where that is 60 or more. */
int chart_write_text(const struct chart *chart, int width, bool utf8, struct strbuf *out,
		     struct err *err);
int chart_write_svg(const struct chart *chart, struct strbuf *out, struct err *err);
json_t *chart_json(const struct chart *chart);

/* "1.204" of microseconds: seconds with three decimals. */
enum { CHART_SECONDS = 32 };
const char *chart_seconds(int64_t time, char text[CHART_SECONDS]);

#endif
