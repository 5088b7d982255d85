/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.c: parses the file with the kernel's command line. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/words.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "reading the command line");
}

static void word_release(struct word *word)
{
	free(word->text);
	free(word->origin);
}

/* Takes the texts over, whatever comes of it. */
static int insert(struct words *words, size_t index, struct word word, struct err *err)
{
	struct word *items = NULL;

	if (word.text && word.origin)
		items = reallocarray(words->items, words->count + 1, sizeof(*items));
	if (!items) {
		word_release(&word);
		return no_memory(err);
	}
	words->items = items;
	memmove(items + index + 1, items + index,
		(words->count - index) * sizeof(*items));
	items[index] = word;
	words->count++;
	return 0;
}

int words_insert(struct words *words, size_t index, const char *text, const char *origin,
		 const struct kernel_rule *rule, struct err *err)
{
	struct word word = { strdup(text), strdup(origin), rule };

	return insert(words, index, word, err);
}

/* The end of a word as the kernel's next_arg() has it: white space outside quotes; NULL where
 * a quote is not closed in its line. */
static const char *word_end(const char *text)
{
	bool in_quote = false;

	for (; *text && *text != '\n' && (in_quote || !isspace((unsigned char)*text));
	     text++)
		in_quote ^= *text == '"';
	return in_quote ? NULL : text;
}

int words_parse(struct words *words, const char *text, const char *source,
		struct err *err)
{
	unsigned line = 1;
	int result = 0;

	while (!result && *text) {
		if (isspace((unsigned char)*text)) {
			line += *text++ == '\n';
		} else if (*text == '#') {
			text += strcspn(text, "\n");
		} else {
			const char *end = word_end(text);

			if (!end)
				return err_set(err, EINVAL,
					       WORDS_PATH ":%u: a quote is not closed",
					       line);
			result = insert(
				words, words->count,
				(struct word){ strndup(text, (size_t)(end - text)),
					       source ? strdup(source)
						      : format_text("cmdline:%u", line),
					       NULL },
				err);
			text = end;
		}
	}
	return result;
}

void words_write(const struct words *words, struct strbuf *out)
{
	for (size_t i = 0; i < words->count; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", words->items[i].text);
}

void words_release(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		word_release(&words->items[i]);
	free(words->items);
	*words = (struct words)WORDS_INIT;
}
