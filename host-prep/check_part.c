/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_part.c: bedplate host-prep check PART: which parts there are to judge, and how those fare
 * that no check is about. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/check.h"
#include "host-prep/prepare.h"
#include "lib/cleanup.h"
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

static void compare(const char *word, const char *root, struct findings *findings)
{
	const struct args args = {
		.root = root, .confirm_s = CONFIRM_NONE, .parts = &word, .part_count = 1
	};
	struct prepare prepare;
	struct err why = ERR_INIT;
	int result = prepare_open(&prepare, &args, false, &why);

	if (!result)
		result = prepare_plan(&prepare, &args, false, &why);
	findings->check = word;
	if (result) {
		finding_add(findings, CHECK_PROBLEM, "%s", why.text);
		finding_advise(findings, "%s", why.hint);
	} else {
		add_steps(&prepare, findings);
		add_notes(&prepare, findings);
		if (!prepare.steps.count && !prepare.notes.length)
			finding_add(findings, CHECK_OK, "all is as the files say");
	}
	prepare_release(&prepare);
}

/* With a mistake in a file, which is told, there is nothing to compare with. */
void check_parts(const struct check_context *context, const char *root,
		 struct findings *findings)
{
	for (size_t i = 0; !context->mistake_count && i < context->word_count; i++)
		if (!has_check(context->words[i]))
			compare(context->words[i], root, findings);
}
