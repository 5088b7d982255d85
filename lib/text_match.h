/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text_match.h: how names end, lists of words, and lines. */
#ifndef BEDPLATE_LIB_TEXT_MATCH_H
#define BEDPLATE_LIB_TEXT_MATCH_H

#include <stdbool.h>
#include <string.h>

/* Whether a name has this ending, and something in front of it. */
static inline bool text_ends_in(const char *name, const char *ending)
{
	size_t length = strlen(name), end = strlen(ending);

	return length > end && !strcmp(name + length - end, ending);
}

/* Whether this is a word of a list (NULL has none), whose words any of `between` part. */
static inline bool text_has_word(const char *list, const char *between, const char *word)
{
	size_t wanted = strlen(word);

	while (list && *list) {
		size_t length = strcspn(list, between);

		if (length && length == wanted && !strncmp(list, word, length))
			return true;
		list += length;
		list += strspn(list, between);
	}
	return false;
}

/* What stands behind the first newline of a text; its end where there is none. */
static inline const char *text_next_line(const char *text)
{
	text += strcspn(text, "\n");
	return text + (*text == '\n');
}

#endif
