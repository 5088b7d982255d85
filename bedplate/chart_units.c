/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chart_units.c: systemd's units, as `systemctl show` prints them.
 *
 * How it works: what the end of the boot waited for is a chain: of all that a unit is ordered
 * after, the one that was up last, and so on from default.target back. systemd-analyze(1)'s
 * critical-chain is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "bedplate/chart_read.h"
#include "lib/cleanup.h"
#include "lib/text_match.h"

/* Shorter ones that nobody waited for are not worth a line. */
enum { UNIT_MIN_US = 10000, MOMENT_US = 1000, CHAIN_MAX = 64 };

struct unit {
	const char *id, *names, *after, *active, *result; /* NULL: not told */
	const char *starting, *active_at, *stopping, *inactive_at;
	int64_t start, up; /* it was begun; it was up, or had ended */
	bool is_on_chain;
};

struct unit_list {
	struct unit *items;
	size_t count;
	int64_t finish;
};

static const struct {
	const char *key;
	size_t offset;
} keys[] = {
	{ "Id", offsetof(struct unit, id) },
	{ "Names", offsetof(struct unit, names) },
	{ "After", offsetof(struct unit, after) },
	{ "ActiveState", offsetof(struct unit, active) },
	{ "Result", offsetof(struct unit, result) },
	{ "InactiveExitTimestampMonotonic", offsetof(struct unit, starting) },
	{ "ActiveEnterTimestampMonotonic", offsetof(struct unit, active_at) },
	{ "ActiveExitTimestampMonotonic", offsetof(struct unit, stopping) },
	{ "InactiveEnterTimestampMonotonic", offsetof(struct unit, inactive_at) },
};

static int64_t number(const char *text)
{
	return text ? strtoll(text, NULL, 10) : 0;
}

/* A oneshot without RemainAfterExit= is never up: it ends. One that goes on starting has no
 * end. */
static void take_times(struct unit *unit)
{
	int64_t active = number(unit->active_at), inactive = number(unit->inactive_at);

	unit->start = number(unit->starting);
	if (active >= unit->start)
		unit->up = active;
	else if (inactive >= unit->start)
		unit->up = inactive;
}

/* systemctl writes names with a backslash as C has them: "a\\x2db". No name has a quote of
 * its own (systemd.unit(5)). */
static void unquote(char *list)
{
	char *to = list;

	for (const char *from = list; *from; from++) {
		if (*from == '"')
			continue;
		if (*from == '\\' && from[1] == '\\')
			from++;
		*to++ = *from;
	}
	*to = '\0';
}

static void take_line(struct unit *unit, char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return;
	*value++ = '\0';
	if (!strcmp(line, "Names") || !strcmp(line, "After"))
		unquote(value);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(keys[i].key, line))
			*(const char **)((char *)unit + keys[i].offset) = value;
}

/* Units that were never begun are none. False without memory. */
static bool add(struct unit_list *units, struct unit *unit)
{
	struct unit *more;

	take_times(unit);
	if (!unit->id || !unit->start)
		return true;
	more = reallocarray(units->items, units->count + 1, sizeof(*more));
	if (!more)
		return false;
	units->items = more;
	more[units->count++] = *unit;
	return true;
}

static bool take_all(struct unit_list *units, char *text)
{
	struct unit unit = { .id = NULL };
	bool fits = true;

	for (char *line; fits && (line = strsep(&text, "\n"));) {
		if (*line) {
			take_line(&unit, line);
			continue;
		}
		fits = add(units, &unit);
		unit = (struct unit){ .id = NULL };
	}
	return fits && add(units, &unit);
}

/* Of those that a unit is ordered after, the one that was up last before it began; NULL for
 * none. */
static struct unit *last_before(const struct unit_list *units, const struct unit *unit)
{
	struct unit *last = NULL;

	for (size_t i = 0; i < units->count; i++) {
		struct unit *other = &units->items[i];

		if (other == unit || !other->up || other->up > unit->start ||
		    !text_has_word(unit->after, " ", other->id))
			continue;
		if (!last || other->up > last->up)
			last = other;
	}
	return last;
}

static struct unit *find_end(const struct unit_list *units)
{
	for (size_t i = 0; i < units->count; i++)
		if (text_has_word(units->items[i].names, " ", "default.target"))
			return &units->items[i];
	return NULL;
}

static void find_chain(struct unit_list *units)
{
	struct unit *unit = find_end(units);

	/* Those of one moment could go around in a circle. */
	for (int i = 0; unit && !unit->is_on_chain && i < CHAIN_MAX; i++) {
		unit->is_on_chain = true;
		unit = last_before(units, unit);
	}
}

/* Targets and sockets take no time: who waited for one waited for what was before it. */
static const struct unit *waited_for(const struct unit_list *units,
				     const struct unit *unit)
{
	const struct unit *last = last_before(units, unit);

	for (int i = 0; last && last->up - last->start < MOMENT_US && i < CHAIN_MAX; i++)
		last = last_before(units, last);
	return last;
}

static bool is_own(const char *id)
{
	return !strncmp(id, "bedplate-", strlen("bedplate-")) &&
	       text_ends_in(id, ".service");
}

static bool is_worth_it(const struct unit *unit)
{
	bool is_long = !unit->up || unit->up - unit->start >= UNIT_MIN_US;

	if (is_own(unit->id))
		return true;
	if (unit->is_on_chain)
		return is_long || text_ends_in(unit->id, ".target");
	/* Each device has several names. */
	return is_long && !text_ends_in(unit->id, ".device");
}

static void note_wait(struct span *span, const char *id)
{
	static const char begin[] = "bedplate-guest@", end[] = ".service";

	if (!strncmp(id, begin, strlen(begin)) && text_ends_in(id, end))
		span_note(span, "waited for guest %.*s",
			  (int)(strlen(id) - strlen(begin) - strlen(end)),
			  id + strlen(begin));
	else
		span_note(span, "waited for %s", id);
}

static void add_span(struct chart_sources *sources, const struct unit_list *units,
		     const struct unit *unit)
{
	bool own = is_own(unit->id);
	struct span *span = spans_add(&sources->units, own ? SPAN_OWN : SPAN_UNIT,
				      unit->id, unit->start, unit->up);
	const struct unit *last = own ? waited_for(units, unit) : NULL;

	if (!span)
		return;
	span->is_open = !unit->up;
	span->is_minor = !own && !unit->is_on_chain;
	if (last)
		note_wait(span, last->id);
	if (unit->active && !strcmp(unit->active, "failed"))
		span_note(span, "failed: %s", unit->result ? unit->result : "");
}

void chart_take_units(struct chart_sources *sources, char *text)
{
	struct unit_list units = { .items = NULL };

	sources->overflow |= !take_all(&units, text);
	find_chain(&units);
	for (size_t i = 0; i < units.count; i++)
		if (is_worth_it(&units.items[i]))
			add_span(sources, &units, &units.items[i]);
	free(units.items);
}
