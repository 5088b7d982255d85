/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: */
/* test_digest.c: digests are FNV-1a's of 64 bits: journals and bridges' addresses keep them. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/digest.h"
#include "tests/unit/tap.h"

/* The values are of draft-eastlake-fnv, its appendix of test vectors. */
static void digests_are_of_fnv(void)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{ "", "cbf29ce484222325" },
		{ "a", "af63dc4c8601ec8c" },
		{ "foobar", "85944171f73967e8" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[DIGEST_TEXT_SIZE];

		digest_write(digest_add(DIGEST_INIT, rows[i].text, strlen(rows[i].text)),
			     text);
		is_str(text, rows[i].digest, "the digest of \"%s\"", rows[i].text);
	}
	ok(digest_add(digest_add(DIGEST_INIT, "foo", 3), "bar", 3) ==
		   digest_add(DIGEST_INIT, "foobar", 6),
	   "pieces have the digest of the whole");
}

static void digits_are_sixteen(void)
{
	char text[DIGEST_TEXT_SIZE];

	digest_write(0x1f, text);
	is_str(text, "000000000000001f", "a small one is filled up");
}

int main(void)
{
	digests_are_of_fnv();
	digits_are_sixteen();
	return done_testing();
}
