/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/plan.c lib/format_text.c lib/names.c lib/file.c lib/err.c lib/strbuf.c */
/* test_mki_plan.c: entries come out sorted, once each, with their folders and reasons. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "mkinitramfs/plan.h"
#include "tests/unit/tap.h"

static void test_sorted_with_parents(void)
{
	_cleanup_plan_ struct plan plan = PLAN_INIT;
	struct err err = ERR_INIT;

	plan_add_link(&plan, "/b/c/link", "target", "a link");
	plan_add_node(&plan, "a", 0600, 1, 2, "a node");
	is_int(plan_finish(&plan, &err), 0, "the plan is finished");
	is_int(plan.count, 4, "two parents came along");
	is_str(plan.items[0].path, "a", "first by name");
	is_str(plan.items[1].path, "b", "a folder before what is in it");
	is_str(plan.items[2].path, "b/c", "and the one below");
	is_str(plan.items[3].path, "b/c/link", "leading slashes are taken off");
	ok(S_ISDIR(plan.items[2].mode), "parents are folders");
	ok(*plan.items[2].reason, "and have a reason");
}

static void test_same_twice_is_once(void)
{
	_cleanup_plan_ struct plan plan = PLAN_INIT;

	plan_add_file(&plan, "f", 0644, AT_FDCWD, "/x", false, "one");
	plan_add_file(&plan, "f", 0644, AT_FDCWD, "/x", false, "two");
	plan_add_file(&plan, "f", 0644, AT_FDCWD, "/x", false, "one");
	is_int(plan_finish(&plan, NULL), 0,
	       "the same file three times is no contradiction");
	is_int(plan.count, 1, "and one entry");
	is_str(plan.items[0].reason, "one; two", "with each reason once");
}

static void test_contradiction(void)
{
	_cleanup_plan_ struct plan plan = PLAN_INIT;
	struct err err = ERR_INIT;

	plan_add_file(&plan, "f", 0644, AT_FDCWD, "/x", false, "one");
	plan_add_dir(&plan, "f", "two");
	is_int(plan_finish(&plan, &err), -EEXIST,
	       "one path with two contents is refused");
	ok(strstr(err.text, "one") && strstr(err.text, "two"), "with both reasons (%s)",
	   err.text);
}

static void test_file_as_folder(void)
{
	_cleanup_plan_ struct plan plan = PLAN_INIT;

	plan_add_link(&plan, "bin", "usr/bin", "a link");
	plan_add_link(&plan, "bin/sh", "busybox", "below a link");
	is_int(plan_finish(&plan, NULL), -EEXIST, "nothing lies below what is no folder");
}

static void test_reasons(void)
{
	char *text = reason_join(NULL, "ab");

	text = reason_join(text, "a");
	text = reason_join(text, "ab");
	text = reason_join(text, "b");
	is_str(text, "ab; a; b", "a reason is there once, whole words are compared");
	free(text);
}

int main(void)
{
	test_sorted_with_parents();
	test_same_twice_is_once();
	test_contradiction();
	test_file_as_folder();
	test_reasons();
	return done_testing();
}
