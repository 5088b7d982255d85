/* SPDX-License-Identifier: GPL-2.0-or-later */
/* has.h: what stands in a text that was made, and what does not. */
#ifndef BEDPLATE_TESTS_HAS_H
#define BEDPLATE_TESTS_HAS_H

#include <string.h>

#include "lib/strbuf.h"
#include "tests/unit/tap.h"

static void has(const struct strbuf *text, const char *words)
{
	if (!ok(strstr(text->text, words), "there is: %s", words))
		printf("# %s\n", text->text);
}

__attribute__((unused)) static void has_not(const struct strbuf *text, const char *words)
{
	if (!ok(!strstr(text->text, words), "there is no: %s", words))
		printf("# %s\n", text->text);
}

#endif
