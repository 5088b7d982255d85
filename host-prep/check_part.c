/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_part.c: bedplate host-prep check PART: which parts there are to judge, and how those fare
 * that no check is about. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host-prep/check.h"
#include "host-prep/prepare.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/nearest.h"

static bool has_check(const char *word)
{
	for (const struct check *check = checks; check->name; check++)
		if (check_is_about(check, word))
			return true;
	return false;
}

static bool is_part(const char *word)
{
	for (size_t i = 0; host_parts[i]; i++)
		if (!strcmp(host_parts[i]->name, word))
			return true;
	return false;
}

static int check_word(const char *word, struct err *err)
{
	struct nearest nearest = { .word = word };

	if (has_check(word) || is_part(word))
		return 0;
	nearest_offer(&nearest, "network");
	for (size_t i = 0; host_parts[i]; i++)
		nearest_offer(&nearest, host_parts[i]->name);
	for (const struct check *check = checks; check->name; check++)
		nearest_offer(&nearest, check->name);
	err_set(err, EINVAL, "there is neither a part nor a check \"%.80s\"", word);
	if (nearest.best)
		err_hint(err, "did you mean %s?", nearest.best);
	else
		err_hint(err, "see PARTS and CHECK in bedplate-host-prep(8)");
	return err_mistake(err);
}

int check_words(const char *const *words, size_t count, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < count; i++)
		result = check_word(words[i], err);
	return result;
}

/* ---- parts that no check is about ---- */

static const char as_it_should_be[] = "all is as the files say";

static void add_steps(const struct prepare *prepare, struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf line;

	strbuf_init(&line, 0);
	for (size_t i = 0; i < prepare->steps.count; i++) {
		strbuf_truncate(&line, 0);
		step_write_line(&prepare->steps.items[i], &line);
		finding_add(findings, CHECK_WARNING, "not as the files say: %s",
			    line.text);
		finding_advise(findings, "`bedplate host-prep up %s` puts it right",
			       findings->check);
	}
}

static void add_notes(const struct prepare *prepare, struct findings *findings)
{
	const char *text = prepare->notes.text;

	while (*text) {
		int length = (int)strcspn(text, "\n");

		finding_add(findings, CHECK_NOTE, "%.*s", length, text);
		text += length + (text[length] == '\n');
	}
}

/* -errno where the part cannot be planned. To be released on failure, too. */
static int plan_part(struct prepare *prepare, const char *name, const char *root,
		     struct err *err)
{
	const struct args args = {
		.root = root, .confirm_s = CONFIRM_NONE, .parts = &name, .part_count = 1
	};
	int result = prepare_open(prepare, &args, false, err);

	return result ? result : prepare_plan(prepare, &args, false, err);
}

static void tell_failure(const char *name, const struct err *why,
			 struct findings *findings)
{
	findings->check = name;
	findings_add_mistake(findings, why);
	if (!*why->hint)
		finding_advise(findings,
			       "change the line, or what it is about: until then "
			       "`bedplate host-prep up %s` fails",
			       name);
}

static void compare(const char *word, const char *root, struct findings *findings)
{
	struct prepare prepare;
	struct err why = ERR_INIT;

	findings->check = word;
	if (plan_part(&prepare, word, root, &why)) {
		tell_failure(word, &why, findings);
	} else {
		add_steps(&prepare, findings);
		add_notes(&prepare, findings);
		if (!prepare.steps.count && !prepare.notes.length)
			finding_add(findings, CHECK_OK, "%s", as_it_should_be);
	}
	prepare_release(&prepare);
}

/* ---- all parts, where none is named ---- */

/* Those that the host alone can tell about, and the check that is about them. */
static const struct {
	const char *part, *check; /* check: NULL: none */
} surveyed[] = {
	{ "modules", NULL }, { "sysctl", NULL },        { "ksm", NULL },
	{ "cpu", NULL },     { "swap", NULL },          { "hugepages", "hugepages" },
	{ "vfio", "iommu" }, { "udev", "permissions" },
};

static void add_summary(const struct prepare *prepare, const char *part,
			struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf line;

	strbuf_init(&line, 0);
	step_write_line(&prepare->steps.items[0], &line);
	if (prepare->steps.count > 1)
		strbuf_addf(&line, ", and %zu more", prepare->steps.count - 1);
	finding_add(findings, CHECK_WARNING, "not as the files say: %s", line.text);
	finding_advise(
		findings,
		"`bedplate host-prep plan %s` shows it all, `bedplate host-prep up "
		"%s` puts it right",
		part, part);
}

/* Who is not root is not told of what only root may read. */
static bool is_closed_to_us(const struct err *why)
{
	return geteuid() != 0 && (why->code == -EACCES || why->code == -EPERM);
}

static void survey(size_t index, const char *root, struct findings *findings)
{
	const char *part = surveyed[index].part, *check = surveyed[index].check;
	struct prepare prepare;
	struct err why = ERR_INIT;

	findings->check = part;
	if (plan_part(&prepare, part, root, &why)) {
		if (!is_closed_to_us(&why) &&
		    (!check || findings_worst(findings, check) < CHECK_PROBLEM))
			tell_failure(part, &why, findings);
	} else if (!check) {
		if (prepare.steps.count)
			add_summary(&prepare, part, findings);
		add_notes(&prepare, findings);
		if (!prepare.steps.count && !prepare.notes.length)
			finding_add(findings, CHECK_OK, "%s", as_it_should_be);
	}
	prepare_release(&prepare);
}

/* With a mistake in a file, which is told, there is nothing to compare with; nor is there below a
 * root that is no running system's. */
void check_parts(const struct check_context *context, const char *root,
		 struct findings *findings)
{
	if (context->mistake_count)
		return;
	for (size_t i = 0; i < context->word_count; i++)
		if (!has_check(context->words[i]))
			compare(context->words[i], root, findings);
	if (context->word_count || !file_exists(context->root_fd, "proc/meminfo"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(surveyed); i++)
		survey(i, root, findings);
}
