/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/grub_menu.c boot/choice.c boot/image_list.c boot/state.c boot/line.c lib/place.c lib/record.c */
/* SOURCES: lib/inputs.c lib/names.c lib/format_text.c lib/kernel_file.c lib/file.c lib/log.c */
/* SOURCES: lib/sha512.c lib/strbuf.c lib/err.c boot/grub_block.c LIBS: jansson lzma */
/* test_boot_menu.c: which image is started first and which instead of it, and what of it is
 * written for GRUB. */
#include <errno.h>
#include <stdlib.h>

#include "boot/grub_block.h"
#include "boot/grub_menu.h"
#include "lib/cleanup.h"
#include "tests/unit/tap.h"

static struct boot_image image(const char *version, const char *id, int previous)
{
	struct boot_image made = { .version = (char *)version,
				   .kernel = (char *)"boot/vmlinuz",
				   .path = (char *)"boot/initrd.img",
				   .id = (char *)id,
				   .kernel_id = (char *)"k",
				   .made = (char *)"",
				   .previous = previous };

	return made;
}

static void set_good(struct state *state, const char *id, const char *version)
{
	state_set_good(state, &(struct booted){ id, version, "k", "" });
}

static bool is_good(const struct state *state, const char *id)
{
	return state_is_good(state, &(struct booted){ .image = id });
}

/* "VERSION" or "VERSION-prev", or "" for none. */
static const char *name_of(const struct boot_image *chosen)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s%s", chosen ? chosen->version : "",
		 chosen && chosen->previous ? "-prev" : "");
	return name;
}

static void test_versions(void)
{
	static const char *const ordered[] = { "5.10.0-30-amd64", "6.1.0-9-amd64",
					       "6.1.0-18-amd64",  "6.1.1-rc2",
					       "6.1.1-rc10",      "6.1.1",
					       "6.1.1-1",         "6.10.2-arch1-1" };
	const size_t count = sizeof(ordered) / sizeof(ordered[0]);
	int wrong = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			int got = kernel_version_compare(ordered[i], ordered[j]);

			if ((got > 0) != (i > j) || (got < 0) != (i < j)) {
				printf("# %s and %s: %d\n", ordered[i], ordered[j], got);
				wrong++;
			}
		}
	}
	is_int(wrong, 0,
	       "newer kernels come before older ones, numbers as numbers, -rc first");
}

static void test_choice(void)
{
	struct boot_image items[] = { image("6.2", "new", 0), image("6.1", "old", 0),
				      image("6.2", "prev", 1) };
	struct image_list images = { items, 3 }, none = { items, 0 }, one = { items, 1 };
	struct state state = { .json = json_pack("{s:i}", "version", 1) };
	struct choice choice;

	choice_make(&choice, &none, &state, "", 3, false);
	ok(!choice.first && !choice.fallback && choice.trial == TRIAL_NONE,
	   "without images there is nothing to choose");
	choice_make(&choice, &one, &state, "", 3, false);
	ok(choice.first && !choice.fallback && choice.trial == TRIAL_NONE,
	   "the only image is not tried: nothing could come instead");
	choice_make(&choice, &images, &state, "", 3, false);
	is_str(name_of(choice.first), "6.2", "the newest kernel's comes first");
	is_str(name_of(choice.fallback), "6.2-prev",
	       "where none was good yet, the one before it comes instead");
	is_int(choice.trial, TRIAL_BEGINS, "it is tried");

	set_good(&state, "old", "6.1");
	choice_make(&choice, &images, &state, "", 3, false);
	is_str(name_of(choice.fallback), "6.1", "the one that was good comes instead");
	set_good(&state, "prev", "6.2");
	choice_make(&choice, &images, &state, "", 3, false);
	is_str(name_of(choice.fallback), "6.2-prev", "of two the one that was good last");
	set_good(&state, "gone", "6.0");
	choice_make(&choice, &images, &state, "", 3, false);
	is_str(name_of(choice.fallback), "6.2-prev", "one that is gone does not count");

	state_begin_trial(&state, &(struct booted){ "new", "6.2", "k", "" });
	choice_make(&choice, &images, &state, "", 3, false);
	is_int(choice.trial, TRIAL_RUNS, "a trial that began goes on");
	choice_make(&choice, &images, &state, "", 0, false);
	is_int(choice.trial, TRIAL_NONE, "without tries nothing is tried");
	state_fail_trial(&state);
	choice_make(&choice, &images, &state, "", 3, false);
	is_int(choice.trial, TRIAL_FAILED, "one that did not come up stays so");
	choice_make(&choice, &images, &state, "", 0, false);
	is_int(choice.trial, TRIAL_FAILED, "also where tries cannot be counted any more");
	choice_make(&choice, &images, &state, "", 3, true);
	is_int(choice.trial, TRIAL_BEGINS, "unless it is asked for again");
	items[0].id = (char *)"newer";
	choice_make(&choice, &images, &state, "", 3, false);
	is_int(choice.trial, TRIAL_BEGINS,
	       "a new image of the same kernel is tried anew");
	set_good(&state, "newer", "6.2");
	choice_make(&choice, &images, &state, "", 3, false);
	is_int(choice.trial, TRIAL_NONE, "one that was good is not tried");
	is_str(name_of(choice.fallback), "6.2-prev", "and has a fallback all the same");
	state_release(&state);
}

/* Each is taken where those before it are not there. */
static void test_rank(void)
{
	struct boot_image items[] = { image("6.2", "new", 0), image("6.2", "prev", 1),
				      image("6.1", "old", 0), image("6.1", "older", 1),
				      image("6.0", "", 1),    image("6.2", "", 2),
				      image("5.9", "", 1) };
	const size_t count = sizeof(items) / sizeof(items[0]);
	struct state state = { .json = json_pack("{s:i}", "version", 1) };

	items[4].running = true;
	for (size_t from = 1; from < count; from++) {
		struct boot_image mixed[8] = { items[0] };
		struct image_list images = { mixed, 1 };
		struct choice choice;

		for (size_t i = count; i-- > from;)
			mixed[images.count++] = items[i];
		choice_make(&choice, &images, &state, "", 3, false);
		ok(choice.fallback &&
			   !strcmp(choice.fallback->version, items[from].version) &&
			   !strcmp(choice.fallback->id, items[from].id) &&
			   choice.fallback->previous == items[from].previous,
		   "the fallback is number %zu where those before it are not there",
		   from);
	}
	state_release(&state);
}

static void test_state(void)
{
	struct state state = { .json = json_pack("{s:i}", "version", 1) };
	_cleanup_free_ char *first = NULL, *again = NULL;

	ok(state_is_empty(&state), "a new state is empty");
	set_good(&state, "a", "1");
	first = state_text(&state);
	set_good(&state, "a", "1");
	again = state_text(&state);
	is_str(again, first, "marking the same image again changes nothing");
	for (int i = 0; i < 100; i++) {
		char id[16];

		snprintf(id, sizeof(id), "i%d", i);
		set_good(&state, id, "1");
	}
	is_int(json_array_size(json_object_get(state.json, "good")), 32,
	       "not more is remembered than is of use");
	ok(is_good(&state, "i99") && !is_good(&state, "a"), "the latest ones");
	ok(!is_good(&state, ""), "an image without an id is never good");
	is_int(state_was_written(&state, "f", "x"), 0, "a file that was never written");
	state_set_written(&state, "f", "x");
	is_int(state_was_written(&state, "f", "x"), 1, "one that is as it was written");
	is_int(state_was_written(&state, "f", "y"), -1, "one that is not");
	json_object_set_new(state.json, "written", json_string("damaged"));
	state_set_written(&state, "f", "x");
	is_int(state_was_written(&state, "f", "x"), 1,
	       "what the state had in its place is no list of files");
	state_release(&state);
}

static void test_quote(void)
{
	static const struct {
		const char *word, *quoted;
	} rows[] = { { "root=/dev/a", "root=/dev/a" },
		     { "a=\"b c\"", "'a=b c'" },
		     { "a=$b", "'a=$b'" },
		     { "a=b;c", "'a=b;c'" },
		     { "a='b'", "'a='\\''b'\\'''" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_strbuf_ struct strbuf out;

		strbuf_init(&out, 0);
		grub_menu_quote(rows[i].word, &out);
		is_str(out.text, rows[i].quoted, "%s for GRUB's script", rows[i].word);
	}
}

static void test_menu(void)
{
	struct boot_image items[] = { image("6.2", "new", 0), image("6.1", "old", 0),
				      image("6.2", "", 1) };
	struct image_list images = { items, 3 };
	struct grub_folder folders[] = { { (char *)"boot", (char *)"", (char *)"go\n" } };
	struct grub_menu menu = { .images = &images,
				  .choice = { .first = &items[0],
					      .fallback = &items[1],
					      .trial = TRIAL_BEGINS,
					      .line = "quiet",
					      .fallback_line = "quiet",
					      .others_line = "quiet" },
				  .tries = 2,
				  .panic = 30,
				  .previous = true,
				  .ours = true,
				  .cmdline = "",
				  .root = "root=X ro",
				  .title = "It's",
				  .folders = folders,
				  .folder_count = 1 };
	_cleanup_strbuf_ struct strbuf out, described, found;

	strbuf_init(&out, 0);
	strbuf_init(&described, 0);
	strbuf_init(&found, 0);
	grub_menu_write(&menu, &out);
	grub_menu_describe(&menu, &described);
	grub_menu_find(out.text, &found);
	is_str(found.text, described.text, "what is written describes itself");
	ok(strstr(out.text, "menuentry 'It'\\''s, with Linux 6.2 (Bedplate)'"),
	   "a title");
	ok(strstr(out.text, "\tgo\n\tlinux\t/vmlinuz root=X ro ${bedplate_panic} quiet\n"
			    "\tinitrd\t/initrd.img\n}\n"),
	   "the commands to get there once; the image on trial restarts after a panic");
	ok(strstr(out.text, "\tlinux\t/vmlinuz root=X ro quiet\n"), "the others do not");
	ok(strstr(out.text, "set fallback=\"1\"\n"), "the fallback is the second entry");
	ok(strstr(out.text, "\"${bedplate_tries}\" = \"2\" ]; then\n"
			    "\t\t\tset bedplate_tries=\"1\""),
	   "two tries become one");
	ok(strstr(out.text, "'bedplate-6.2-prev'"), "a previous image has an entry");

	menu.previous = false;
	menu.tries = 0;
	strbuf_truncate(&out, 0);
	grub_menu_write(&menu, &out);
	ok(!strstr(out.text, "-prev"), "unless that is not wanted");
	ok(!strstr(out.text, "bedplate_tries") && !strstr(out.text, "bedplate_panic"),
	   "where GRUB cannot count, nothing is counted");
	menu.choice.fallback = &items[2];
	strbuf_truncate(&out, 0);
	grub_menu_write(&menu, &out);
	ok(strstr(out.text, "'bedplate-6.2-prev'"), "the fallback always has one");

	images.count = 0;
	menu.choice = (struct choice){ .line = "" };
	strbuf_truncate(&out, 0);
	grub_menu_write(&menu, &out);
	is_str(out.text, "", "no images, no entries");
}

static void test_block(void)
{
	static const char block[] = "# BEGIN bedplate boot\nA=1\n# END bedplate boot\n";
	static const char *const open[] = {
		"X=1\n# BEGIN bedplate boot\nA=1\n",
		"X=1\n# BEGIN bedplate boot\nY=1\n# BEGIN bedplate boot\nA=1\n"
		"# END bedplate boot\n",
	};
	_cleanup_strbuf_ struct strbuf once, twice, gone;
	struct err err = ERR_INIT;

	strbuf_init(&once, 0);
	strbuf_init(&twice, 0);
	strbuf_init(&gone, 0);
	grub_block_replace("f", "X=1", "A=1\n", &once, NULL);
	ok(strstr(once.text, "X=1\n") == once.text && strstr(once.text, block),
	   "a block is put at the end");
	strbuf_adds(&once, "Y=1\n");
	grub_block_replace("f", once.text, "A=1\n", &twice, NULL);
	is_str(twice.text, once.text, "and found there again");
	grub_block_replace("f", once.text, NULL, &gone, NULL);
	is_str(gone.text, "X=1\nY=1\n", "and taken out, and nothing else");
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		strbuf_truncate(&gone, 0);
		is_int(grub_block_replace("etc/f", open[i], "B=1\n", &gone, &err),
		       -EINVAL, "one without an end is an error");
		is_str(gone.text, "", "and nothing is made of the file");
		ok(strstr(err.text, "/etc/f:2:") && err.hint[0],
		   "with its line and what to do");
		err = (struct err)ERR_INIT;
	}
}

int main(void)
{
	test_versions();
	test_choice();
	test_rank();
	test_state();
	test_quote();
	test_menu();
	test_block();
	return done_testing();
}
