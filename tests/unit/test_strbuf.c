/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/strbuf.c */
/* test_strbuf.c: promises of lib/strbuf.h. */
#include <stdlib.h>

#include "lib/strbuf.h"
#include "tests/unit/tap.h"

static void grows_past_the_stack(void)
{
	struct strbuf sb;
	char expected[3001] = "";

	strbuf_init(&sb, 0);
	is_str(sb.text, "", "a new string is empty, not NULL");
	for (int i = 0; i < 300; i++) {
		strbuf_addf(&sb, "%010u", (unsigned)i);
		snprintf(expected + 10 * i, 11, "%010u", (unsigned)i);
	}
	is_int(sb.length, 3000, "the length is what was added");
	is_str(sb.text, expected,
	       "the text survives the move from the stack to the heap");
	strbuf_release(&sb);
	is_str(sb.text, "", "a released string is empty and usable");
	strbuf_adds(&sb, "again");
	is_str(sb.text, "again", "and takes text again");
	strbuf_release(&sb);
}

static void overflow_is_sticky(void)
{
	struct strbuf sb;

	strbuf_init(&sb, 10);
	strbuf_adds(&sb, "12345");
	strbuf_adds(&sb, "678901");
	ok(sb.overflow, "passing the maximum sets overflow");
	is_str(sb.text, "12345", "and leaves the text as it was");
	strbuf_addc(&sb, '6');
	is_str(sb.text, "12345", "later additions do nothing, even those that would fit");
	ok(!strbuf_steal(&sb), "an overflown string cannot be taken for a whole one");
	strbuf_init(&sb, 10);
	strbuf_adds(&sb, "1234567890");
	ok(!sb.overflow, "the maximum itself is allowed");
	strbuf_truncate(&sb, 3);
	is_str(sb.text, "123", "truncate cuts");
	strbuf_release(&sb);
}

static void steal_hands_over(void)
{
	struct strbuf sb;
	char *text;

	strbuf_init(&sb, 0);
	strbuf_adds(&sb, "short");
	text = strbuf_steal(&sb);
	is_str(text, "short", "a short string can be stolen from the stack");
	free(text);
	for (int i = 0; i < 100; i++)
		strbuf_adds(&sb, "0123456789");
	text = strbuf_steal(&sb);
	is_int(strlen(text), 1000, "a long one from the heap");
	is_str(sb.text, "", "what remains is empty");
	free(text);
	strbuf_release(&sb);
}

int main(void)
{
	grows_past_the_stack();
	overflow_is_sticky();
	steal_hands_over();
	return done_testing();
}
