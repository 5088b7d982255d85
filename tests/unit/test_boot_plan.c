/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/plan.c boot/plan_apply.c boot/diff.c boot/state.c boot/line.c lib/record.c lib/inputs.c lib/names.c */
/* SOURCES: lib/format_text.c lib/show_json.c lib/file.c lib/log.c lib/sha512.c lib/strbuf.c lib/err.c */
/* SOURCES: lib/interrupt.c lib/process.c lib/file_copy.c LIBS: jansson lzma */
/* test_boot_plan.c: what is as it ought to be gets no step; what others have changed is theirs. */
#include <errno.h>
#include <string.h>

#include "boot/plan.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static int root;
static struct state state;

static void begin(struct plan *plan, bool force)
{
	plan_init(plan, &state, force);
	plan->root_fd = root;
}

/* Applies and empties it; how many steps it had. */
static int finish(struct plan *plan)
{
	struct err err = ERR_INIT;
	int count = (int)plan->count;

	if (plan_apply(plan, &err))
		ok(0, "applying: %s", err.text);
	plan_release(plan);
	return count;
}

static int mode_of(const char *path)
{
	struct stat st;

	return fstatat(root, path, &st, 0) < 0 ? -1 : (int)(st.st_mode & 07777);
}

static void test_file(void)
{
	struct plan plan;

	begin(&plan, false);
	plan_file(&plan, "etc/new/file", 0755, "one\n", "", NULL);
	is_int(finish(&plan), 1, "a file that is not there is a step");
	is_str(fake_content(root, "etc/new/file"), "one",
	       "it is written, with its folders");
	is_int(mode_of("etc/new/file"), 0755, "with its mode");
	begin(&plan, false);
	plan_file(&plan, "etc/new/file", 0755, "one\n", "", NULL);
	is_int(finish(&plan), 0, "a file that is right is none");
	fchmodat(root, "etc/new/file", 0640, 0);
	begin(&plan, false);
	plan_file(&plan, "etc/new/file", 0755, "two\n", "", NULL);
	finish(&plan);
	is_int(mode_of("etc/new/file"), 0640, "somebody's mode stays");
	begin(&plan, false);
	plan_file(&plan, "etc/new/file", 0, NULL, "", NULL);
	is_int(finish(&plan), 1, "a file that is to go is a step");
	ok(!file_exists(root, "etc/new/file"), "it goes");
	begin(&plan, false);
	plan_file(&plan, "etc/new/file", 0, NULL, "", NULL);
	is_int(finish(&plan), 0, "once");
}

static void test_shared(void)
{
	static const char path[] = "etc/kernel/cmdline";
	struct err err = ERR_INIT;
	struct plan plan;

	fake_file(root, path, "theirs\n");
	begin(&plan, false);
	plan_shared_file(&plan, path, 0644, "ours\n", "", NULL);
	is_int(finish(&plan), 2, "somebody else's file is kept, and written");
	is_str(fake_content(root, path), "ours", "written");
	is_str(fake_content(root, "etc/kernel/cmdline.bedplate-old"), "theirs", "kept");

	begin(&plan, false);
	plan_shared_file(&plan, path, 0644, "ours, too\n", "", NULL);
	is_int(finish(&plan), 1, "what was written from here is written over");
	is_str(fake_content(root, "etc/kernel/cmdline.bedplate-old"), "theirs",
	       "and what was kept stays");

	fake_file(root, path, "theirs again\n");
	begin(&plan, false);
	is_int(plan_shared_file(&plan, path, 0644, "ours\n", "", &err), -EEXIST,
	       "what somebody else has changed since is refused");
	ok(strstr(err.text, "/etc/kernel/cmdline") && strstr(err.hint, "--force"),
	   "with the file's name and what to do");
	plan_release(&plan);
	is_int(state_was_written(&state, path, "ours, too\n"), 1,
	       "and what is remembered of it stays");
	begin(&plan, true);
	is_int(plan_shared_file(&plan, path, 0644, "ours\n", "", NULL), 0, "or forced");
	finish(&plan);
	is_str(fake_content(root, path), "ours", "and written then");

	begin(&plan, false);
	fake_file(root, path, "by chance\n");
	is_int(plan_shared_file(&plan, path, 0644, "by chance\n", "", NULL), 0,
	       "a change to what it ought to be is none");
	is_int(finish(&plan), 0, "and no step");
}

/* A plan that was broken off leaves what is remembered while it is done. */
static void remember_writing(struct plan *plan)
{
	json_t *written = json_object_get(plan->writing, "written");

	json_object_set(state.json, "written", written);
	plan_release(plan);
}

static void test_broken_off(void)
{
	static const char path[] = "etc/kernel/line";
	struct err err = ERR_INIT;
	struct plan plan;

	fake_file(root, path, "theirs\n");
	begin(&plan, false);
	plan_shared_file(&plan, path, 0644, "ours\n", "", NULL);
	remember_writing(&plan);
	begin(&plan, false);
	is_int(plan_shared_file(&plan, path, 0644, "ours\n", "", NULL), 0,
	       "broken off before a file was written, it is still to be written");
	is_int((int)plan.count, 2, "and what was there is kept");
	remember_writing(&plan);
	fake_file(root, path, "ours\n");
	begin(&plan, false);
	is_int(plan_shared_file(&plan, path, 0644, "ours, too\n", "", NULL), 0,
	       "broken off after it, the file is known for ours");
	is_int((int)plan.count, 1, "and not kept as somebody else's");
	remember_writing(&plan);
	begin(&plan, false);
	is_int(plan_shared_file(&plan, path, 0644, "ours, three\n", "", NULL), 0,
	       "either content is ours then");
	is_int((int)plan.count, 1, "without being kept");
	remember_writing(&plan);
	fake_file(root, path, "theirs again\n");
	begin(&plan, false);
	is_int(plan_shared_file(&plan, path, 0644, "ours\n", "", &err), -EEXIST,
	       "and no other");
	plan_release(&plan);
}

static void test_first(void)
{
	const char *const bad[] = { "false", NULL };
	struct plan plan;

	begin(&plan, false);
	plan.first = strdup("begun\n");
	plan_run(&plan, bad, "a thing", "a", "b", "", NULL);
	ok(plan_apply(&plan, NULL) < 0, "a plan that fails");
	is_str(fake_content(root, STATE_PATH), "begun", "is remembered to have begun");
	plan_release(&plan);
}

static void begin_restore(struct plan *plan, bool force)
{
	begin(plan, force);
	is_int(plan_restore(plan, "etc/given", 0644, "", NULL), 0, "giving a file back");
}

static void write_shared(const char *text)
{
	struct plan plan;

	begin(&plan, false);
	plan_shared_file(&plan, "etc/given", 0644, text, "", NULL);
	finish(&plan);
}

static void test_restore(void)
{
	struct plan plan;

	fake_file(root, "etc/given", "theirs\n");
	begin_restore(&plan, false);
	is_int(finish(&plan), 0, "a file that was never written stays");
	write_shared("ours\n");
	begin_restore(&plan, false);
	is_int(finish(&plan), 2, "one that was is put back");
	is_str(fake_content(root, "etc/given"), "theirs", "as it was");
	ok(!file_exists(root, "etc/given.bedplate-old"), "what was kept of it goes");
	write_shared("ours\n");
	fake_file(root, "etc/given", "changed\n");
	begin_restore(&plan, false);
	ok(strstr(plan.notes.text, "/etc/given has been changed by somebody else") !=
		   NULL,
	   "one that was changed is noted");
	is_int(finish(&plan), 1, "and what was kept of the one before goes");
	is_str(fake_content(root, "etc/given"), "changed", "and stays");
	begin_restore(&plan, false);
	is_int(finish(&plan), 0, "and is nobody's business any more");
	write_shared("ours\n");
	is_str(fake_content(root, "etc/given.bedplate-old"), "changed",
	       "it is what is kept the next time");
	unlinkat(root, "etc/given", 0);
	unlinkat(root, "etc/given.bedplate-old", 0);
	write_shared("ours\n");
	begin_restore(&plan, false);
	finish(&plan);
	ok(!file_exists(root, "etc/given"), "what was not there goes");
}

static void test_environment(void)
{
	const char *const argv[] = {
		"ONE=1", "TWO=2", "sh", "-c", "echo $ONE$TWO >\"$0\"", NULL
	};
	const char *words[7] = { NULL };
	_cleanup_free_ char *path = format_text("%s/environment", fake_root);
	struct err err = ERR_INIT;
	struct plan plan;

	memcpy(words, argv, sizeof(argv));
	words[5] = path;
	begin(&plan, false);
	plan_run(&plan, words, "x", "a", "b", "", NULL);
	finish(&plan);
	is_str(fake_content(root, "environment"), "12", "words for the environment");
	ok(!getenv("ONE"), "which is as before then");
	begin(&plan, false);
	plan_run(&plan, (const char *const[]){ "ONE=1", "false", NULL }, "x", "a", "b",
		 "", NULL);
	ok(plan_apply(&plan, &err) < 0 && !strncmp(err.text, "false: ", 7),
	   "the program is named: %s", err.text);
	plan_release(&plan);
}

static void test_copy(void)
{
	struct plan plan;

	fake_file(root, "boot/vmlinuz", "kernel\n");
	begin(&plan, false);
	plan_copy(&plan, "boot/vmlinuz", "efi/EFI/bedplate/vmlinuz", 0644, "", NULL);
	is_int(finish(&plan), 1, "a copy that is not there");
	is_str(fake_content(root, "efi/EFI/bedplate/vmlinuz"), "kernel", "is made");
	begin(&plan, false);
	plan_copy(&plan, "boot/vmlinuz", "efi/EFI/bedplate/vmlinuz", 0644, "", NULL);
	is_int(finish(&plan), 0, "once");
	fake_file(root, "boot/vmlinuz", "Kernel\n");
	begin(&plan, false);
	plan_copy(&plan, "boot/vmlinuz", "efi/EFI/bedplate/vmlinuz", 0644, "", NULL);
	is_int(finish(&plan), 1, "and anew where the content is another");
	begin(&plan, false);
	ok(plan_copy(&plan, "boot/gone", "x", 0644, "", NULL) < 0,
	   "of what is not there: no");
	plan_release(&plan);
}

static void test_run(void)
{
	const char *const good[] = { "true", NULL }, *const bad[] = { "false", NULL };
	struct err err = ERR_INIT;
	struct plan plan;

	begin(&plan, false);
	plan_run(&plan, good, "a thing", "a=1\n", "a=1\n", "", NULL);
	is_int(finish(&plan), 0, "a program that would change nothing is not run");
	plan_run(&plan, bad, "a thing", "a=1\n", "a=2\n", "", NULL);
	plan_file(&plan, "etc/after", 0644, "x", "", NULL);
	ok(plan_apply(&plan, &err) < 0, "a program that fails is an error");
	ok(!file_exists(root, "etc/after"), "and what comes after it is not done");
	plan_release(&plan);
}

static void test_generate(void)
{
	const char *const argv[] = { "printf", "menu\\n", NULL };
	const char *const fails[] = { "false", NULL };
	struct err err = ERR_INIT;
	struct plan plan;

	begin(&plan, false);
	plan_generate(&plan, argv, NULL, "menu", "boot/grub.cfg", "", "menu\n", "", NULL);
	finish(&plan);
	is_str(fake_content(root, "boot/grub.cfg"), "menu",
	       "what a program prints is a file");
	fake_file(root, "boot/grub.cfg", "before\n");
	begin(&plan, false);
	plan_generate(&plan, argv, NULL, "entry", "boot/grub.cfg", "", "menu\n", "",
		      NULL);
	is_int(plan_apply(&plan, &err), -EBADMSG, "unless it lacks what it must have");
	plan_release(&plan);
	begin(&plan, false);
	plan_generate(&plan, argv, fails, "menu", "boot/grub.cfg", "", "menu\n", "",
		      NULL);
	ok(plan_apply(&plan, &err) < 0, "or is refused by the program that checks it");
	plan_release(&plan);
	is_str(fake_content(root, "boot/grub.cfg"), "before",
	       "the file stays as it was then");
	ok(!file_exists(root, "boot/grub.cfg.bedplate-check"),
	   "and nothing is left behind");
}

static void test_text(void)
{
	const char *const argv[] = { "set", "a b", NULL };
	_cleanup_strbuf_ struct strbuf text;
	struct plan plan;
	json_t *json;

	strbuf_init(&text, 0);
	begin(&plan, false);
	plan_run(&plan, argv, "variables", "a\n", "b\n", "for a test", NULL);
	plan_note(&plan, "%s", "a note");
	plan_write(&plan, &text);
	is_str(text.text,
	       "# variables: for a test\n# by: set 'a b'\n--- variables\n+++ variables\n"
	       "@@ -1 +1 @@\n-a\n+b\na note\n",
	       "a plan as text");
	json = plan_json(&plan);
	is_str(json_string_value(json_object_get(json_array_get(json, 0), "action")),
	       "run", "and as JSON");
	json_decref(json);
	plan_release(&plan);
}

int main(void)
{
	root = fake_tree_open();
	state.json = json_pack("{s:i}", "version", 1);
	test_file();
	test_shared();
	test_broken_off();
	test_first();
	test_restore();
	test_environment();
	test_copy();
	test_run();
	test_generate();
	test_text();
	state_release(&state);
	close(root);
	fake_tree_remove();
	return done_testing();
}
