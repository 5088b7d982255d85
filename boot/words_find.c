/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words_find.c: looks words up by their names. */
#include <string.h>

#include "boot/words.h"
#include "lib/cmdline.h"

size_t words_end(const struct words *words)
{
	size_t i = 0;

	while (i < words->count && strcmp(words->items[i].text, "--") != 0)
		i++;
	return i;
}

/* Name and value of one word; to be released. */
static const struct cmdline_arg *part(struct cmdline *cmdline, const struct word *word)
{
	if (cmdline_parse(cmdline, word->text, NULL) || !cmdline->count)
		return NULL;
	return &cmdline->args[0];
}

bool word_has_name(const struct word *word, const char *name)
{
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
	const struct cmdline_arg *arg = part(&cmdline, word);

	return arg && cmdline_same_name(arg->name, name);
}

struct word *words_find(const struct words *words, const char *name)
{
	for (size_t i = words_end(words); i-- > 0;)
		if (word_has_name(&words->items[i], name))
			return &words->items[i];
	return NULL;
}

bool word_number(const struct word *word, uint64_t *size)
{
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
	const struct cmdline_arg *arg = part(&cmdline, word);

	return arg && arg->value && kernel_number(arg->value, strlen(arg->value), size);
}

struct word *words_find_pages(const struct words *words, uint64_t size)
{
	struct word *found = NULL;
	uint64_t current = 0;

	for (size_t i = 0; i < words_end(words); i++) {
		struct word *word = &words->items[i];

		if (word_has_name(word, "hugepagesz") ||
		    word_has_name(word, "default_hugepagesz"))
			word_number(word, &current);
		else if (word_has_name(word, "hugepages") && current == size)
			found = word;
	}
	return found;
}
