/* SPDX-License-Identifier: GPL-2.0-or-later */
/* told.c: the list, and what is done so that nothing is told twice. */
#include <stdlib.h>
#include <string.h>

#include "bedplate/told.h"
#include "lib/cleanup.h"
#include "lib/findings.h"
#include "lib/format_text.h"
#include "lib/show_json.h"
#include "lib/text_match.h"

static void told_release(struct told *row)
{
	free(row->check);
	free(row->subject);
	free(row->origin);
	free(row->what);
	free(row->advice);
}

void told_list_release(struct told_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		told_release(&list->items[i]);
	free(list->items);
	*list = (struct told_list)TOLD_LIST_INIT;
}

/* ---- where it is, out of the words ---- */

/* Takes the place out of the words; NULL where they name none. */
static char *take_place(char *what)
{
	size_t length = place_length(what), end;
	char *open, *place;

	if (length && !strncmp(what + length, ": ", 2)) {
		place = strndup(what, length);
		memmove(what, what + length + 2, strlen(what + length + 2) + 1);
		return place;
	}
	open = strrchr(what, '(');
	length = open ? place_length(open + 1) : 0;
	end = strlen(what);
	if (!length || open == what || open + 1 + length != what + end - 1)
		return NULL;
	place = strndup(open + 1, length);
	open[-1] = '\0';
	return place;
}

static char *take_guess(char *what)
{
	static const char words[] = "; did you mean ";
	char *guess = strstr(what, words);
	char *advice = guess ? strdup(guess + 2) : NULL;

	if (advice)
		*guess = '\0';
	return advice;
}

static void replace(char **text, char *by)
{
	if (by) {
		free(*text);
		*text = by;
	}
}

static char *copy(const char *text)
{
	return strdup(text ? text : "");
}

void told_add(struct told_list *list, const struct told *row)
{
	struct told *items =
		reallocarray(list->items, list->count + 1, sizeof(*list->items));
	_cleanup_free_ char *place = NULL;
	struct told mine = *row;

	if (items)
		list->items = items;
	mine.check = copy(row->check);
	mine.subject = copy(row->subject);
	mine.origin = copy(row->origin ? place_below_etc(row->origin) : NULL);
	mine.what = copy(row->what);
	mine.advice = copy(row->advice);
	if (!items || !mine.check || !mine.subject || !mine.origin || !mine.what ||
	    !mine.advice) {
		told_release(&mine);
		list->overflow = true;
		return;
	}
	if (!*mine.origin)
		place = take_place(mine.what);
	if (place)
		replace(&mine.origin, strdup(place_below_etc(place)));
	if (!*mine.advice)
		replace(&mine.advice, take_guess(mine.what));
	items[list->count++] = mine;
}

void told_add_lines(struct told_list *list, const struct told *row)
{
	struct told line = *row;

	for (const char *rest = row->what; *rest; rest = text_next_line(rest)) {
		size_t length = strcspn(rest, "\n");
		_cleanup_free_ char *what = strndup(rest, length);

		line.what = what;
		list->overflow |= !what;
		if (length && what)
			told_add(list, &line);
		line.advice = NULL;
	}
}

/* ---- once ---- */

/* What the host's doctor and the guests' look at both. The host's words are kept, and the guest's
 * with them where they are about a line of its own. */
static const struct {
	const char *host, *guest;
	bool same_place; /* only where both name the same line */
} twins[] = {
	{ "kvm", "kvm", false },
	{ "hugepages", "memory", true },
	{ "iommu", "pci", true },
};

static bool are_twins(const struct told *host, const struct told *guest)
{
	if (strcmp(host->source, "host-prep") != 0 ||
	    strcmp(guest->source, "qemu-launch") != 0 || host->severity <= CHECK_NOTE ||
	    guest->severity > host->severity)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(twins); i++) {
		if (!strcmp(host->check, twins[i].host) &&
		    !strcmp(guest->check, twins[i].guest) &&
		    (!twins[i].same_place ||
		     (*host->origin && !strcmp(host->origin, guest->origin))))
			return true;
	}
	return false;
}

/* Advice may name what it is about, `... update 6.1`: then it is for that alone. */
static bool is_same_advice(const struct told *a, const struct told *b)
{
	return !*a->advice || !*b->advice || !strcmp(a->advice, b->advice);
}

/* The same mistake in a file, by whomever; or the same about several guests or kernels. */
static bool is_same(const struct told *a, const struct told *b)
{
	bool both_have = !strcmp(a->source, b->source) && *a->subject && *b->subject;

	if (strcmp(a->what, b->what) != 0)
		return false;
	if (!strcmp(a->origin, b->origin))
		return *a->origin || !both_have || is_same_advice(a, b);
	return both_have && !a->mistake && !strcmp(a->check, b->check) &&
	       is_same_advice(a, b);
}

static void join(struct told_list *list, char **into, const char *word)
{
	char *joined;

	if (!*word || text_has_word(*into, ", ", word))
		return;
	joined = **into ? format_text("%s, %s", *into, word) : strdup(word);
	list->overflow |= !joined;
	replace(into, joined);
}

static void join_words(struct told_list *list, struct told *a, const struct told *b)
{
	char *joined;

	if (!*b->origin || strcmp(a->origin, b->origin) != 0 || strstr(a->what, b->what))
		return;
	joined = format_text("%s; %s", a->what, b->what);
	list->overflow |= !joined;
	replace(&a->what, joined);
}

/* `b` goes, and what it knows besides stays. */
static void absorb(struct told_list *list, struct told *a, struct told *b, bool twins_)
{
	if (b->severity > a->severity)
		a->severity = b->severity;
	a->mistake |= b->mistake;
	join(list, &a->subject, b->subject);
	if (twins_)
		join_words(list, a, b);
	else
		join(list, &a->origin, b->origin);
	if (!*a->advice) {
		char *advice = a->advice;

		a->advice = b->advice;
		b->advice = advice;
	}
	told_release(b);
}

static void once(struct told_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct told *row = &list->items[i];
		size_t j = 0;

		while (j < kept && !is_same(&list->items[j], row) &&
		       !are_twins(&list->items[j], row))
			j++;
		if (j < kept)
			absorb(list, &list->items[j], row,
			       are_twins(&list->items[j], row));
		else
			list->items[kept++] = *row;
	}
	list->count = kept;
}

/* ---- the worst first ---- */

static void order(struct told_list *list)
{
	/* Stable, and there are few: what belongs together stays as it came. */
	for (size_t i = 1; i < list->count; i++) {
		struct told row = list->items[i];
		size_t at = i;

		for (; at && list->items[at - 1].severity < row.severity; at--)
			list->items[at] = list->items[at - 1];
		list->items[at] = row;
	}
}

void told_finish(struct told_list *list)
{
	once(list);
	order(list);
}

void told_list_drop(struct told_list *list)
{
	told_release(&list->items[--list->count]);
}

size_t told_count(const struct told_list *list, enum check_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->items[i].severity == severity;
	return count;
}

int told_exit_code(const struct told_list *list)
{
	int code = EXIT_DONE;

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].mistake)
			return EXIT_USAGE;
		if (list->items[i].severity == CHECK_PROBLEM)
			code = EXIT_FAILED;
	}
	return code;
}

json_t *told_json(const struct told_list *list)
{
	enum check_severity worst = list->count ? list->items[0].severity : CHECK_OK;
	json_t *rows = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct told *row = &list->items[i];

		json_array_append_new(
			rows,
			json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b}",
				  "severity", check_severity_word(row->severity), "area",
				  row->area, "program", row->source, "check",
				  show_json_text(row->check), "subject",
				  show_json_text(row->subject), "origin",
				  show_json_text(row->origin), "what",
				  show_json_text(row->what), "advice",
				  show_json_text(row->advice), "mistake", row->mistake));
	}
	return json_pack("{s:i, s:s, s:o}", "version", 1, "worst",
			 check_severity_word(worst), "findings", rows);
}
