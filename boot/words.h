/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.h: the words of the kernel's command line, each with where it comes from. */
#ifndef BEDPLATE_BOOT_WORDS_H
#define BEDPLATE_BOOT_WORDS_H

#include <stddef.h>

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
 * word begins a remark up to the end of the line. -EINVAL with the line. */
int words_parse(struct words *words, const char *text, struct err *err);

/* Adds a word before number `index`. */
int words_insert(struct words *words, size_t index, const char *text, const char *origin,
		 const struct kernel_rule *rule, struct err *err);

/* Adds all of them to a text, in one line. */
void words_write(const struct words *words, struct strbuf *out);

void words_release(struct words *words);
#define _cleanup_words_ __attribute__((cleanup(words_release)))

#endif
