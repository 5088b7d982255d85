/* SPDX-License-Identifier: GPL-2.0-or-later */
/* units.c: amounts with units: a number, perhaps a fraction, a unit, and again. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/value/units.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* The first is that of a number without a unit. */
static const struct unit size_units[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "K", UINT64_C(1) << 10 },
	{ "M", UINT64_C(1) << 20 },
	{ "G", UINT64_C(1) << 30 },
	{ "T", UINT64_C(1) << 40 },
	{ "P", UINT64_C(1) << 50 },
	{ "E", UINT64_C(1) << 60 },
};

enum {
	SECOND = 1000,
	MINUTE = 60 * SECOND,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	WEEK = 7 * DAY,
};

/* The names of systemd.time(7); a month is 30.44 days and a year 365.25 there. */
static const struct unit span_units[] = {
	{ "", SECOND },
	{ "ms", 1 },
	{ "msec", 1 },
	{ "s", SECOND },
	{ "sec", SECOND },
	{ "second", SECOND },
	{ "seconds", SECOND },
	{ "m", MINUTE },
	{ "min", MINUTE },
	{ "minute", MINUTE },
	{ "minutes", MINUTE },
	{ "h", HOUR },
	{ "hr", HOUR },
	{ "hour", HOUR },
	{ "hours", HOUR },
	{ "d", DAY },
	{ "day", DAY },
	{ "days", DAY },
	{ "w", WEEK },
	{ "week", WEEK },
	{ "weeks", WEEK },
	{ "M", UINT64_C(2630016000) },
	{ "month", UINT64_C(2630016000) },
	{ "months", UINT64_C(2630016000) },
	{ "y", UINT64_C(31557600000) },
	{ "year", UINT64_C(31557600000) },
	{ "years", UINT64_C(31557600000) },
};

static const char *skip_space(const char *text)
{
	return text + strspn(text, " \t");
}

/* The unit whose name stands here in full, or NULL. */
static const struct unit *find_unit(const struct unit *units, size_t count,
				    const char *text, size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(units[i].name) == length &&
		    strncmp(units[i].name, text, length) == 0)
			return &units[i];
	return NULL;
}

static bool add_digit(uint64_t *value, char digit)
{
	return !__builtin_mul_overflow(*value, 10, value) &&
	       !__builtin_add_overflow(*value, (uint64_t)(digit - '0'), value);
}

/* A fraction's first nine digits; what is behind them does not show in any unit here. */
static const char *read_fraction(const char *text, uint64_t *billionths)
{
	uint64_t weight = 100000000;

	*billionths = 0;
	for (; isdigit((unsigned char)*text); text++) {
		*billionths += (uint64_t)(*text - '0') * weight;
		weight /= 10;
	}
	return text;
}

/* Reads one "NUMBER[.FRACTION] [UNIT]" and adds it. NULL where the text is none or the
 * sum too large. */
static const char *read_amount(const char *text, const struct unit *units, size_t count,
			       uint64_t *sum)
{
	uint64_t whole = 0, billionths = 0;
	const struct unit *unit;
	unsigned __int128 total;
	size_t length;

	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++)
		if (!add_digit(&whole, *text))
			return NULL;
	if (*text == '.') {
		if (!isdigit((unsigned char)text[1]))
			return NULL;
		text = read_fraction(text + 1, &billionths);
	}
	text = skip_space(text);
	for (length = 0; isalpha((unsigned char)text[length]);)
		length++;
	unit = find_unit(units, count, text, length);
	/* "10 20" is a slip, not half a minute. */
	if (!unit || (unit == units && (*sum || *text)))
		return NULL;
	total = *sum + (unsigned __int128)whole * unit->factor +
		(unsigned __int128)billionths * unit->factor / 1000000000;
	if (total >= UINT64_MAX)
		return NULL;
	*sum = (uint64_t)total;
	return text + length;
}

static int read_amounts(const char *text, const struct unit *units, size_t count,
			uint64_t *sum)
{
	uint64_t value = 0;

	text = skip_space(text);
	do {
		text = read_amount(text, units, count, &value);
		if (!text)
			return -EINVAL;
		text = skip_space(text);
	} while (*text);
	*sum = value;
	return 0;
}

int size_parse(const char *text, uint64_t *bytes, struct err *err)
{
	if (read_amounts(text, size_units, ARRAY_SIZE(size_units), bytes) == 0)
		return 0;
	return err_set(err, EINVAL, "\"%.80s\" is not a size such as 512K, 4G or 1.5T",
		       text);
}

void size_format(uint64_t bytes, struct strbuf *out)
{
	const char *unit = "KMGTPE";
	char suffix[2] = "";

	for (; bytes && bytes % 1024 == 0 && *unit; bytes /= 1024)
		suffix[0] = *unit++;
	strbuf_addf(out, "%" PRIu64 "%s", bytes, suffix);
}

int size_share_parse(const char *text, struct size_share *share, struct err *err)
{
	unsigned percent;
	int end = 0;

	*share = (struct size_share){ .percent = 0 };
	if (sscanf(text, "%4u%%%n", &percent, &end) == 1 && end && !text[end]) {
		if (!isdigit((unsigned char)*text) || !percent || percent > 1000)
			return err_set(err, EINVAL, "\"%.80s\" is not 1%% to 1000%%",
				       text);
		share->percent = percent;
		return 0;
	}
	if (size_parse(text, &share->bytes, NULL) == 0)
		return 0;
	return err_set(
		err, EINVAL,
		"\"%.80s\" is neither a size such as 512M or 4G nor a share such as 50%%",
		text);
}

uint64_t size_share_of(const struct size_share *share, uint64_t whole)
{
	if (!share->percent)
		return share->bytes;
	return (uint64_t)((unsigned __int128)whole * share->percent / 100);
}

int span_parse(const char *text, uint64_t *ms, struct err *err)
{
	if (strcmp(text, "infinity") == 0) {
		*ms = SPAN_INFINITY;
		return 0;
	}
	if (read_amounts(text, span_units, ARRAY_SIZE(span_units), ms) == 0)
		return 0;
	return err_set(
		err, EINVAL,
		"\"%.80s\" is not a time span such as 90s, 2min 30s, 500ms or infinity",
		text);
}

void span_format(uint64_t ms, struct strbuf *out)
{
	static const struct unit parts[] = {
		{ "w", WEEK },     { "d", DAY },    { "h", HOUR },
		{ "min", MINUTE }, { "s", SECOND }, { "ms", 1 },
	};
	const char *space = "";

	if (ms == SPAN_INFINITY) {
		strbuf_adds(out, "infinity");
		return;
	}
	if (ms == 0)
		strbuf_addc(out, '0');
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (ms < parts[i].factor)
			continue;
		strbuf_addf(out, "%s%" PRIu64 "%s", space, ms / parts[i].factor,
			    parts[i].name);
		ms %= parts[i].factor;
		space = " ";
	}
}
