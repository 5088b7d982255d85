/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.h: the words of the kernel's command line, each with where it comes from. */
#ifndef BEDPLATE_BOOT_WORDS_H
#define BEDPLATE_BOOT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/kernel_rule.h"
#include "lib/strbuf.h"

#define WORDS_PATH "etc/bedplate/cmdline"

/* What the kernel takes on x86 (COMMAND_LINE_SIZE), its '\0' included. */
enum { WORDS_LENGTH_MAX = 2048 };

struct word {
	char *text;   /* as it goes to the kernel: "intel_iommu=on" */
	char *origin; /* "cmdline:3", or that of the rule: "host.conf:12" */
	const struct kernel_rule *rule; /* that it was added for; NULL: it was written */
};

struct words {
	struct word *items;
	size_t count;
};

#define WORDS_INIT            \
	{                     \
		.items = NULL \
	}

/* Parts a text as cmdline.h does; newlines are white space, and a '#' at the beginning of a
 * word begins a remark up to the end of the line. The origin of each word is `source`, or
 * with NULL, of the file of ours, its line. -EINVAL with the line. */
int words_parse(struct words *words, const char *text, const char *source,
		struct err *err);

/* Adds a word before number `index`. */
int words_insert(struct words *words, size_t index, const char *text, const char *origin,
		 const struct kernel_rule *rule, struct err *err);

/* Adds all of them to a text, in one line. */
void words_write(const struct words *words, struct strbuf *out);

/* Where the kernel's own words end: at a lone "--", or at the end of all. */
size_t words_end(const struct words *words);

/* Whether it is NAME or NAME=VALUE, '-' and '_' held equal. */
bool word_has_name(const struct word *word, const char *name);

/* The number or size that is its value; false where it is none. */
bool word_number(const struct word *word, uint64_t *number);

/* The last word of this name before the end, which is the one that counts; NULL. */
struct word *words_find(const struct words *words, const char *name);

/* The hugepages= for pages of a size, which is that of the hugepagesz= before it; 0 is the
 * default size, which nothing stands before. NULL. */
struct word *words_find_pages(const struct words *words, uint64_t size);

void words_release(struct words *words);
#define _cleanup_words_ __attribute__((cleanup(words_release)))

#endif
