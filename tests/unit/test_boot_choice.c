/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/choice.c boot/image_list.c boot/state.c boot/line.c lib/place.c lib/record.c */
/* SOURCES: lib/inputs.c lib/names.c lib/format_text.c lib/kernel_file.c lib/file.c lib/log.c */
/* SOURCES: lib/sha512.c lib/strbuf.c lib/err.c LIBS: jansson lzma */
/* test_boot_choice.c: image, kernel and command line are tried as one; and which line it was. */
#include <stdlib.h>

#include "boot/choice.h"
#include "boot/line.h"
#include "lib/cleanup.h"
#include "tests/unit/tap.h"

static struct boot_image items[] = {
	{ .version = (char *)"6.2", .id = (char *)"new", .kernel_id = (char *)"k2" },
	{ .version = (char *)"6.1", .id = (char *)"old", .kernel_id = (char *)"k1" },
	{ .version = (char *)"6.0", .id = (char *)"older", .kernel_id = (char *)"k0" },
};
static const struct image_list three = { items, 3 }, one = { items, 1 };
static struct state state;

static void begin(void)
{
	state_release(&state);
	state.json = json_pack("{s:i}", "version", 1);
}

static void good(const char *image, const char *kernel_id, const char *line)
{
	state_set_good(&state, &(struct booted){ image, "6", kernel_id, line });
}

static void make(struct choice *choice, const struct image_list *images, const char *line,
		 int tries)
{
	choice_make(choice, images, &state, line, tries, false);
}

/* "FIRST | FALLBACK | OTHERS", the lines; "=" in front of a fallback of the same image. */
static const char *lines(const struct choice *choice)
{
	static char text[200];

	snprintf(text, sizeof(text), "%s | %s%s | %s", choice_line(choice, choice->first),
		 choice->same_image ? "=" : "",
		 choice->fallback ? choice->fallback_line : "none", choice->others_line);
	return text;
}

/* A boot whose line is not known is marked as what it was before, kernel and all. */
static void test_now(void)
{
	const struct booted here = { "old", "6", NULL, NULL };

	begin();
	strcpy(state.boot, "a");
	good("old", "k1", "a");
	strcpy(state.boot, "b");
	ok(!state_good_kernel_now(&state, &here),
	   "another boot's kernel is not this one's");
	good("old", "k1", NULL);
	is_str(state_good_kernel_now(&state, &here), "k1",
	       "the kernel of a boot that was marked is known, whatever its line");
	state.boot[0] = '\0';
}

static void test_line(void)
{
	struct choice choice;
	_cleanup_free_ char *name = NULL;

	begin();
	make(&choice, &three, "b", 3);
	is_str(lines(&choice), "b | b | b", "where nothing was good all get the line");
	good("old", "k1", "a");
	good("new", "k2", "a");
	make(&choice, &three, "b", 3);
	is_int(choice.trial, TRIAL_BEGINS, "a new line of a good image is tried");
	is_str(lines(&choice), "b | =a | a",
	       "the fallback is the same image with its last line");
	name = choice_fallback_name(&choice);
	is_str(name, "bedplate-6.2-cmdline", "an entry more");
	is_str(choice_line(&choice, &items[2]), "a", "which all others have, too");
	make(&choice, &one, "b", 3);
	is_str(lines(&choice), "b | =a | a", "so a single image has a trial");
	is_int(choice.trial, TRIAL_BEGINS, "of its own");
	make(&choice, &three, "b", CHOICE_UNCOUNTED);
	is_str(lines(&choice), "b | =a | a", "also where it cannot be counted");
	is_int(choice.trial, TRIAL_NONE, "which is no trial then");
	make(&choice, &three, "b", 0);
	is_str(lines(&choice), "b | b | b", "where nothing is to be tried all get it");
	choice_make(&choice, &three, &state, "", 3, false);
	is_int(choice.trial, TRIAL_NONE, "a line that is not ours is not tried");

	make(&choice, &three, "b", 3);
	choice_begin_trial(&choice, &state);
	make(&choice, &three, "b", 3);
	is_int(choice.trial, TRIAL_RUNS, "the trial goes on");
	make(&choice, &three, "c", 3);
	is_int(choice.trial, TRIAL_BEGINS, "and begins anew with another line");
	state_fail_trial(&state);
	make(&choice, &three, "b", 0);
	is_int(choice.trial, TRIAL_FAILED, "one that did not come up stays so");
	is_str(lines(&choice), "b | =a | a",
	       "with its fallback, whatever Tries= is by now");
	choice_make(&choice, &three, &state, "b", 3, true);
	is_int(choice.trial, TRIAL_BEGINS, "unless it is asked for again");
	good("new", "k2", "b");
	make(&choice, &three, "b", 3);
	is_int(choice.trial, TRIAL_NONE, "a boot with it proves it");
	is_str(lines(&choice), "b | b | b", "and all get it, with no entry more");
	is_str(choice.fallback->version, "6.1", "the fallback is another image");
	make(&choice, &three, "a", 3);
	is_int(choice.trial, TRIAL_NONE, "what was good once needs no trial again");
}

static void test_whole(void)
{
	_cleanup_strbuf_ struct strbuf news;
	struct choice choice;

	strbuf_init(&news, 0);
	begin();
	good("old", "k1", "a");
	make(&choice, &three, "a", 3);
	is_int(choice.trial, TRIAL_BEGINS, "a new image is tried");
	is_str(lines(&choice), "a | a | a", "with the line of all");
	make(&choice, &three, "b", 3);
	is_str(lines(&choice), "b | a | a",
	       "a new image and a new line, against the last of both");
	choice_write_news(&state, &(struct booted){ "new", "6.2", "k2", "b" }, &news);
	is_str(news.text, "the image and the command line", "and it is said what is new");
	good("new", "k9", "a");
	make(&choice, &three, "a", 3);
	is_int(choice.trial, TRIAL_BEGINS, "another kernel of a good image is tried");
	is_str(choice.fallback->version, "6.1", "against what is there as it was");
	strbuf_truncate(&news, 0);
	choice_write_news(&state, &(struct booted){ "new", "6.2", "k2", "a" }, &news);
	is_str(news.text, "the kernel", "and it is the kernel that is new");
	good("older", "k7", "a");
	make(&choice, &three, "a", 3);
	is_str(choice.fallback->version, "6.1",
	       "an image whose kernel is another by now is not what was good");

	begin();
	json_object_set_new(state.json, "good",
			    json_pack("[{s:s, s:s}]", "image", "new", "kernel", "6.2"));
	make(&choice, &three, "b", 3);
	is_int(choice.trial, TRIAL_NONE,
	       "what an older version did not remember is no difference");
	is_str(lines(&choice), "b | b | b", "and tells no lines apart");
	good("new", "k2", "a");
	is_int(json_array_size(json_object_get(state.json, "good")), 1,
	       "it gives way to what is known");
	make(&choice, &three, "b", 3);
	is_int(choice.trial, TRIAL_BEGINS, "which counts from then on");
}

/* GRUB's own line may be root= and ro alone, which are not counted among its words. */
static void test_empty(void)
{
	struct choice choice;
	struct booted trial;
	bool failed;

	begin();
	good("new", "k2", "");
	make(&choice, &three, "root=typo", 3);
	is_int(choice.trial, TRIAL_BEGINS,
	       "a line is new where the good one had no words");
	is_str(lines(&choice), "root=typo | = | ", "which all others keep");
	choice_begin_trial(&choice, &state);
	ok(!state_trial_is(&state, &(struct booted){ "new", "6.2", "k2", "" }, &failed),
	   "and a boot without words proves no trial of one with words");
	make(&choice, &three, "", 3);
	is_int(choice.trial, TRIAL_NONE, "a line that is not ours needs no trial");

	begin();
	good("old", "k1", "");
	make(&choice, &three, "", 3);
	choice_begin_trial(&choice, &state);
	ok(state_trial(&state, &trial, &failed) && !trial.cmdline,
	   "an image is tried with a line that is not ours, whatever that is");
	ok(state_trial_is(&state, &(struct booted){ "new", "6.2", "k2", "quiet" },
			  &failed),
	   "and a boot with any proves it");

	begin();
	good("new", "k2", NULL);
	make(&choice, &three, "b", 3);
	is_str(lines(&choice), "b | b | b", "a line that is not known is none to keep");
	good("new", "k2", "a");
	good("new", "k2", NULL);
	make(&choice, &one, "b", 3);
	is_str(choice.others_line, "a", "that of the boot before is");
}

/* 6.2's own previous image would load the kernel that is new. */
static void test_lost_kernel(void)
{
	struct boot_image mixed[] = { items[0], items[1], items[0] };
	const struct image_list images = { mixed, 3 };
	struct choice choice;

	mixed[2].id = (char *)"prev";
	mixed[2].previous = 1;
	begin();
	make(&choice, &images, "a", 3);
	ok(choice.fallback == &mixed[2], "where nothing is known, the previous image");
	good("prev", "k1", "a");
	make(&choice, &images, "a", 3);
	ok(choice.fallback == &mixed[1],
	   "another kernel's, where that image was good with a kernel that is gone");
	good("prev", "k2", "a");
	make(&choice, &images, "a", 3);
	ok(choice.fallback == &mixed[2], "unless it was with this one, too");
}

static void test_root(void)
{
	struct choice choice;

	begin();
	good("new", "k2", "quiet");
	good("older", "k0", "");
	good("old", "k1", "root=/dev/b rw");
	ok(state_lacks_root(&state), "a line of a boot loader that gave root= by itself");
	state_add_root(&state, "root=/dev/a ro");
	ok(!state_lacks_root(&state), "is completed for one that does not");
	make(&choice, &one, "root=/dev/a ro quiet", 3);
	is_int(choice.trial, TRIAL_NONE, "and is the same boot then");
	is_str(state_running_line(&state, NULL, "root=/dev/a ro"), "root=/dev/a ro",
	       "so is one that had no words");
	make(&choice, &three, "root=/dev/c", 3);
	is_str(lines(&choice), "root=/dev/c | root=/dev/b rw | root=/dev/b rw",
	       "what has a root= stays");
	good("older", "k0", "quiet");
	state_add_root(&state, NULL);
	ok(!state_lacks_root(&state), "where root= cannot be told, the line is no more");
}

static void test_running(void)
{
	begin();
	good("old", "k1", "quiet nosmt");
	good("new", "k2", "root=/dev/a quiet");
	state_begin_trial(&state,
			  &(struct booted){ "new", "6.2", "k2", "quiet nosmt x=1" });
	is_str(state_running_line(&state, NULL,
				  "BOOT_IMAGE=/v ro panic=30 quiet nosmt x=1\n"),
	       "quiet nosmt x=1", "the longest line that is in /proc/cmdline");
	is_str(state_running_line(&state, NULL, "ro quiet nosmt x=12"), "quiet nosmt",
	       "words are whole");
	is_str(state_running_line(&state, NULL, "ro quiet y nosmt x=1"), "",
	       "and stand one behind the other");
	is_str(state_running_line(&state, "y", "ro quiet y nosmt x=1"), "y",
	       "the present one counts as well");
	is_int(line_find("a=\"b c\" d", "x \"a=b c\" d"), 2,
	       "GRUB's quotes are no difference");
	is_int(line_find("a='b'", "a=\\'b\\'"), 1, "nor its backslashes");
	is_int(line_find("a b c", "a b"), -1, "more words than there are");
}

static void test_text(void)
{
	_cleanup_strbuf_ struct strbuf own, diff;

	strbuf_init(&own, 0);
	strbuf_init(&diff, 0);
	line_write_own("BOOT_IMAGE=/v root=UUID=1 ro panic=30 quiet root=x\n", true,
		       "panic=30 ", &own);
	is_str(own.text, "quiet root=x", "what generators add is not the line's");
	strbuf_truncate(&own, 0);
	line_write_own("initrd=\\a root=UUID=1 ro systemd.machine_id=1", false, "", &own);
	is_str(own.text, "root=UUID=1 ro", "but a root= that none adds");
	line_write_diff("a b c", "a \"x y\" c", "", &diff);
	is_str(diff.text, "-b\n+\"x y\"\n", "the words that are not in both");
	ok(line_has("a root=b", "root") && line_has("root", "root") &&
		   !line_has("rootwait", "root"),
	   "names are whole");
}

int main(void)
{
	test_line();
	test_now();
	test_whole();
	test_empty();
	test_lost_kernel();
	test_root();
	test_running();
	test_text();
	state_release(&state);
	return done_testing();
}
