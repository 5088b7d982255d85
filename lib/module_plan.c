/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_plan.c: parsing of modules.plan. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/module_plan.h"

void module_name_of(const char *path, char name[MODULE_NAME_MAX])
{
	const char *base = strrchr(path, '/');
	size_t used = 0;

	for (base = base ? base + 1 : path; *base && *base != '.'; base++) {
		if (used + 1 < MODULE_NAME_MAX)
			name[used++] = *base == '-' ? '_' : *base;
	}
	name[used] = '\0';
}

/* The next word of a line, ended in place; "" at the end. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	char *end = word + strcspn(word, " \t");

	*rest = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

static int plan_parse_after(struct module_plan_line *line, char *word, size_t index,
			    struct err *err)
{
	char *item, *end;

	if (strcmp(word, "-") == 0)
		return 0;
	line->after = calloc(strlen(word) / 2 + 1, sizeof(*line->after));
	if (!line->after)
		return err_sys(err, ENOMEM, "module plan");
	while ((item = strsep(&word, ","))) {
		unsigned long before = strtoul(item, &end, 10);

		if (!isdigit((unsigned char)*item) || *end || before >= index)
			return err_set(err, EINVAL,
				       "\"%s\" is no number of an earlier line", item);
		line->after[line->after_count++] = (unsigned)before;
	}
	return 0;
}

static int plan_parse_line(struct module_plan *plan, char *text, struct err *err)
{
	struct module_plan_line *line = &plan->lines[plan->count];
	char *after;

	text[strcspn(text, "#")] = '\0';
	line->path = next_word(&text);
	if (!line->path[0])
		return 0;
	after = next_word(&text);
	plan->count++;
	if (!after[0])
		return err_set(err, EINVAL, "%s: nothing says what to load before it",
			       line->path);
	line->options = text + strspn(text, " \t");
	return plan_parse_after(line, after, plan->count - 1, err);
}

static size_t count_lines(const char *text)
{
	size_t count = 1;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

int module_plan_parse(struct module_plan *plan, const char *text, struct err *err)
{
	unsigned number = 1;
	char *rest, *line;

	plan->text = rest = strdup(text);
	plan->lines = calloc(count_lines(text), sizeof(*plan->lines));
	if (!plan->text || !plan->lines)
		return err_sys(err, ENOMEM, "module plan");
	for (; (line = strsep(&rest, "\n")); number++) {
		if (plan_parse_line(plan, line, err) < 0)
			return err_wrap(err, "modules.plan:%u", number);
	}
	return 0;
}

void module_plan_release(struct module_plan *plan)
{
	for (size_t i = 0; plan->lines && i < plan->count; i++)
		free(plan->lines[i].after);
	free(plan->lines);
	free(plan->text);
	*plan = (struct module_plan)MODULE_PLAN_INIT;
}
