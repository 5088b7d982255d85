/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/diff.c lib/strbuf.c */
/* test_boot_diff.c: unified diffs, by rows and against diff(1) and patch(1)'s rules. */
#include <stdlib.h>

#include "boot/diff.h"
#include "lib/cleanup.h"
#include "tests/unit/tap.h"

static const struct row {
	const char *promise, *before, *after, *diff;
} rows[] = {
	{ "the same", "a\nb\n", "a\nb\n", "" },
	{ "neither is there", NULL, NULL, "" },
	{ "a new file", NULL, "a\nb\n",
	  "--- /dev/null\n+++ y\n@@ -0,0 +1,2 @@\n+a\n+b\n" },
	{ "a file that goes", "a\n", NULL, "--- x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n" },
	{ "a new empty file", NULL, "", "--- /dev/null\n+++ y\n" },
	{ "one line changed", "a\nb\nc\n", "a\nX\nc\n",
	  "--- x\n+++ y\n@@ -1,3 +1,3 @@\n a\n-b\n+X\n c\n" },
	{ "a line added at the end", "a\n", "a\nb\n",
	  "--- x\n+++ y\n@@ -1 +1,2 @@\n a\n+b\n" },
	{ "three lines of context, and no more", "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
	  "1\n2\n3\n4\nX\n6\n7\n8\n9\n",
	  "--- x\n+++ y\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n" },
	{ "changes near each other are one hunk", "1\n2\n3\n4\n5\n6\n7\n8\n",
	  "X\n2\n3\n4\n5\n6\n7\nY\n",
	  "--- x\n+++ y\n@@ -1,8 +1,8 @@\n-1\n+X\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+Y\n" },
	{ "changes far from each other are two", "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
	  "X\n2\n3\n4\n5\n6\n7\n8\nY\n",
	  "--- x\n+++ y\n@@ -1,4 +1,4 @@\n-1\n+X\n 2\n 3\n 4\n"
	  "@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+Y\n" },
	{ "what stays between is kept", "a\nb\nc\nd\n", "b\nX\nd\n",
	  "--- x\n+++ y\n@@ -1,4 +1,3 @@\n-a\n b\n-c\n+X\n d\n" },
};

/* Random texts of few different lines; diff(1)'s own patch tool has to turn one into the
 * other. */
static void test_patch(void)
{
	int failed = 0;

	srand(1);
	for (int round = 0; round < 60; round++) {
		_cleanup_strbuf_ struct strbuf a, b, diff;
		FILE *file;

		strbuf_init(&a, 0);
		strbuf_init(&b, 0);
		strbuf_init(&diff, 0);
		for (int i = rand() % 40; i > 0; i--)
			strbuf_addf(&a, "%d\n", rand() % 4);
		for (int i = rand() % 40; i > 0; i--)
			strbuf_addf(&b, "%d\n", rand() % 4);
		diff_write("t", a.text, "t", b.text, &diff);
		file = fopen("a.txt", "w");
		fputs(a.text, file);
		fclose(file);
		file = fopen("b.txt", "w");
		fputs(b.text, file);
		fclose(file);
		file = fopen("ab.diff", "w");
		fputs(diff.text, file);
		fclose(file);
		if (diff.length)
			failed += system("patch -s a.txt ab.diff >/dev/null 2>&1") != 0;
		failed += system("cmp -s a.txt b.txt") != 0;
	}
	is_int(failed, 0, "patch(1) makes one text of the other, 60 times");
}

int main(void)
{
	char folder[] = "/tmp/bedplate-diff-XXXXXX";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_strbuf_ struct strbuf out;

		strbuf_init(&out, 0);
		diff_write("x", rows[i].before, "y", rows[i].after, &out);
		is_str(out.text, rows[i].diff, "%s", rows[i].promise);
	}
	if (!mkdtemp(folder) || chdir(folder) < 0)
		return 1;
	test_patch();
	if (chdir("/") == 0 && remove(folder) < 0) {
		char command[64];

		snprintf(command, sizeof(command), "rm -rf %s", folder);
		return system(command) != 0 || done_testing();
	}
	return done_testing();
}
