/* SPDX-License-Identifier: GPL-2.0-or-later */
/* told_part.c: what a program has said, or that it has not. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/part.h"
#include "bedplate/told.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"

static void add_failure(struct told_list *list, const struct part *part, const char *what,
			const char *advice)
{
	told_add(list, &(struct told){ .severity = CHECK_PROBLEM,
				       .area = part->area,
				       .source = part->program,
				       .check = "program",
				       .what = (char *)what,
				       .advice = (char *)advice });
}

/* A mistake has its place in a file. */
static void judge_error(struct told *row, const struct part *part)
{
	row->mistake = part->job.status == EXIT_USAGE && *row->origin;
	if (row->mistake)
		row->area = told_area_files;
}

/* The hint is about the first of a program's errors. */
static void add_hint(struct told_list *list, size_t first, const char *hint)
{
	char *advice = list->count > first ? strdup(hint) : NULL;

	if (!advice)
		return;
	free(list->items[first].advice);
	list->items[first].advice = advice;
}

/* What a program has printed: lines "bedplate boot: error: WORDS", of which the last may be
 * "bedplate boot: error: hint: WORDS" (lib/log.h). */
static void add_errors(struct told_list *list, const struct part *part)
{
	static const char error[] = ": error: ", hint[] = "hint: ";
	const char *rest = part->job.errors;
	size_t first = list->count;

	while (rest && *rest) {
		_cleanup_free_ char *line = strndup(rest, strcspn(rest, "\n"));
		const char *words = line ? strstr(line, error) : NULL;
		size_t before = list->count;

		rest += strcspn(rest, "\n");
		rest += *rest == '\n';
		if (!words)
			continue;
		words += strlen(error);
		if (!strncmp(words, hint, strlen(hint)))
			add_hint(list, first, words + strlen(hint));
		else
			add_failure(list, part, words, NULL);
		if (list->count > before)
			judge_error(&list->items[before], part);
	}
}

static bool is_told(const struct told_list *list, size_t until, const struct told *row)
{
	for (size_t i = 0; i < until; i++)
		if (!strcmp(list->items[i].what, row->what) &&
		    !strcmp(list->items[i].origin, row->origin))
			return true;
	return false;
}

/* That something was not looked at is only worth a note where the reason stands elsewhere. */
static void add_silence(struct told_list *list, const struct part *part, size_t before)
{
	bool known = list->count > before;
	_cleanup_free_ char *what = NULL;

	for (size_t i = before; i < list->count; i++)
		known &= list->items[i].mistake || is_told(list, before, &list->items[i]);
	if (!known)
		return;
	what = format_text("%s: not looked at as long as a file is wrong", part->title);
	told_add(list, &(struct told){ .severity = CHECK_NOTE,
				       .area = part->area,
				       .source = part->program,
				       .check = "program",
				       .what = what });
}

void told_add_part(struct told_list *list, const struct part *part)
{
	size_t before = list->count;
	_cleanup_free_ char *what = NULL;

	if (json_is_object(part->json) && part->job.why.code != -ETIMEDOUT) {
		part->read(list, part->json);
		return;
	}
	if (part->job.status > 0)
		add_errors(list, part);
	if (list->count > before) {
		add_silence(list, part, before);
		return;
	}
	what = format_text("%s: not looked at: %s", part->title,
			   part->job.why.code
				   ? part->job.why.text
				   : "the program says nothing that can be read");
	add_failure(
		list, part, what,
		part->job.why.code == -ENOENT
			? "is bedplate installed whole? BEDPLATE_EXEC_PATH names another "
			  "place"
			: "");
}
