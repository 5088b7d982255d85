/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart.c: from what the sources say to one line of time. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/chart.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"

/* Without systemd nobody says when the boot was over: guests that start this long after all
 * before them were started by hand. */
enum { GAP_US = 10 * 60 * 1000000 };

static void leave_out(struct chart *chart, char *text)
{
	if (!text || names_add(&chart->left_out, text))
		chart->spans.overflow = true;
	free(text);
}

static void add_before(struct chart *chart, const struct chart_sources *from)
{
	int64_t end = from->system;

	if (from->firmware)
		spans_add(&chart->spans, SPAN_FIRMWARE, "firmware", -from->firmware,
			  -from->loader);
	if (from->loader)
		spans_add(&chart->spans, SPAN_LOADER, "loader", -from->loader, 0);
	if (from->initrd)
		end = from->initrd;
	if (from->steps.count)
		end = from->steps.items[0].start;
	if (end)
		spans_add(&chart->spans, SPAN_KERNEL, "kernel", 0, end);
}

static struct span *copy(struct chart *chart, const struct span *span)
{
	struct span *added =
		spans_add(&chart->spans, span->kind, span->name, span->start, span->end);

	if (added)
		*added = *span;
	return added;
}

/* The report is written in the step that ends with the other init: that one knows when. */
static void add_initramfs(struct chart *chart, const struct chart_sources *from, bool all)
{
	const struct spans *steps = &from->steps;

	for (size_t i = 0; i < steps->count; i++) {
		const struct span *step = &steps->items[i];
		struct span *added = all || !step->is_minor ? copy(chart, step) : NULL;

		if (added && i + 1 == steps->count && !strcmp(step->name, "switch") &&
		    from->system > step->end)
			added->end = from->system;
	}
	if (!steps->count && from->initrd && from->system)
		spans_add(&chart->spans, SPAN_STEP, "initramfs", from->initrd,
			  from->system);
}

static void add_system(struct chart *chart, const struct chart_sources *from)
{
	struct span *span = from->system
				    ? spans_add(&chart->spans, SPAN_SYSTEM, "systemd",
						from->system, from->finish)
				    : NULL;

	if (!span || from->finish)
		return;
	span->is_open = true;
	span_note(span, "its boot has not ended yet");
}

/* The guest of a unit, NULL where it has none whose times are known. */
static const struct chart_guest *guest_of(const struct chart_sources *from,
					  const char *unit)
{
	char name[SPAN_NAME + sizeof("bedplate-guest@.service")];

	for (size_t i = 0; i < from->guest_count; i++) {
		snprintf(name, sizeof(name), "bedplate-guest@%s.service",
			 from->guests[i].name);
		if (!strcmp(name, unit))
			return &from->guests[i];
	}
	return NULL;
}

/* A guest's own times say more than its unit's. */
static void add_units(struct chart *chart, const struct chart_sources *from, bool all)
{
	char text[CHART_SECONDS];

	for (size_t i = 0; i < from->units.count; i++) {
		const struct span *unit = &from->units.items[i];
		bool is_guest = guest_of(from, unit->name) != NULL;

		if (!all && (unit->is_minor || is_guest))
			continue;
		if (!from->finish || unit->start <= from->finish)
			copy(chart, unit);
		else if (unit->kind == SPAN_OWN && !is_guest)
			leave_out(chart, format_text("%s: it was started later, at %s s",
						     unit->name,
						     chart_seconds(unit->start, text)));
	}
}

static void note_wait(struct span *span, const struct chart_guest *guest,
		      const struct chart_sources *from)
{
	const struct chart_guest *last = NULL;

	for (size_t i = 0; i < from->units.count; i++)
		if (*from->units.items[i].note &&
		    guest_of(from, from->units.items[i].name) == guest) {
			span_note(span, "%s", from->units.items[i].note);
			return;
		}
	for (size_t i = 0; i < from->guest_count; i++) {
		const struct chart_guest *other = &from->guests[i];

		if (names_have(&guest->after, other->name) && other->ready &&
		    other->ready <= guest->start && (!last || last->ready < other->ready))
			last = other;
	}
	if (last)
		span_note(span, "waited for guest %s", last->name);
}

/* What there is to say of a guest's last span: it is ready, or why it is not. */
static void note_end(struct span *span, const struct chart_guest *guest)
{
	span->is_open = !guest->ready;
	if (guest->ready) {
		if (*guest->awaits)
			span_note(span, "ready: %s", guest->awaits);
		return;
	}
	span_note(span,
		  guest->has_ended ? "it ended before it was ready" : "not ready yet");
	if (*guest->reason)
		span_note(span, "%s", guest->reason);
	else if (*guest->awaits)
		span_note(span, "it waits for %s", guest->awaits);
}

static void add_guest(struct chart *chart, const struct chart_guest *guest,
		      const struct chart_sources *from)
{
	struct span *span = spans_add(&chart->spans, SPAN_START, guest->name,
				      guest->start, guest->run);

	if (!span)
		return;
	note_wait(span, guest, from);
	if (guest->run)
		span = spans_add(&chart->spans, SPAN_BOOT, guest->name, guest->run,
				 guest->ready);
	if (span)
		note_end(span, guest);
}

static int64_t latest(const struct spans *spans)
{
	int64_t end = 0;

	for (size_t i = 0; i < spans->count; i++) {
		const struct span *span = &spans->items[i];

		end = span->start > end ? span->start : end;
		end = !span->is_open && span->end > end ? span->end : end;
	}
	return end;
}

static int guest_compare(const void *a, const void *b)
{
	const struct chart_guest *one = a, *other = b;

	if (one->start != other->start)
		return one->start < other->start ? -1 : 1;
	return strcmp(one->name, other->name);
}

static void add_guests(struct chart *chart, const struct chart_sources *from)
{
	char text[CHART_SECONDS];

	if (from->guests)
		qsort(from->guests, from->guest_count, sizeof(*from->guests),
		      guest_compare);
	for (size_t i = 0; i < from->guest_count; i++) {
		const struct chart_guest *guest = &from->guests[i];
		int64_t last =
			from->finish ? from->finish : latest(&chart->spans) + GAP_US;

		if (guest->start <= last || (!from->finish && !chart->spans.count))
			add_guest(chart, guest, from);
		else
			leave_out(chart,
				  format_text("guest %s: it was started later, at %s s",
					      guest->name,
					      chart_seconds(guest->start, text)));
	}
}

static int span_compare(const void *a, const void *b)
{
	const struct span *one = a, *other = b;
	int groups = (int)chart_group_of(one->kind) - (int)chart_group_of(other->kind);

	if (groups)
		return groups;
	if (one->start != other->start)
		return one->start < other->start ? -1 : 1;
	if (one->kind != other->kind)
		return (int)one->kind - (int)other->kind;
	return strcmp(one->name, other->name);
}

static void close_open(struct chart *chart)
{
	chart->end = latest(&chart->spans);
	for (size_t i = 0; i < chart->spans.count; i++) {
		struct span *span = &chart->spans.items[i];

		if (span->is_open || span->end < span->start)
			span->end = span->is_open ? chart->end : span->start;
		if (!i || span->start < chart->start)
			chart->start = span->start;
	}
}

int chart_merge(struct chart *chart, const struct chart_sources *sources, bool all,
		struct err *err)
{
	add_before(chart, sources);
	add_initramfs(chart, sources, all);
	add_system(chart, sources);
	add_units(chart, sources, all);
	add_guests(chart, sources);
	for (size_t i = 0; i < sources->missing.count; i++)
		leave_out(chart, strdup(sources->missing.items[i]));
	close_open(chart);
	if (chart->spans.count)
		qsort(chart->spans.items, chart->spans.count, sizeof(*chart->spans.items),
		      span_compare);
	return chart->spans.overflow ? err_sys(err, ENOMEM, "charting the boot") : 0;
}

void chart_release(struct chart *chart)
{
	spans_release(&chart->spans);
	names_release(&chart->left_out);
}

void chart_sources_release(struct chart_sources *sources)
{
	spans_release(&sources->steps);
	spans_release(&sources->units);
	for (size_t i = 0; i < sources->guest_count; i++)
		names_release(&sources->guests[i].after);
	free(sources->guests);
	names_release(&sources->missing);
}
