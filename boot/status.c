/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.c: shows the boot loader, its entries, and what this boot came from. */
#include <stdio.h>
#include <string.h>

#include "boot/choice.h"
#include "boot/commands.h"
#include "boot/line.h"
#include "boot/loader.h"
#include "boot/run.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"
#include "lib/json_text.h"
#include "lib/show_json.h"

/* ---- as JSON, from which the text comes ---- */

static bool is_running_good(const struct boot *boot)
{
	const struct booted running = boot_running(boot);

	return state_is_good(&boot->state, &running);
}

static json_t *json_running(const struct boot *boot)
{
	const struct boot_image *image =
		image_list_find(&boot->images, boot->running.image);
	_cleanup_free_ char *path = image ? format_text("/%s", image->path) : NULL;

	return json_pack(
		"{s:o, s:o, s:o, s:b}", "kernel", show_json_text(boot->running.kernel),
		"image_id", show_json_text(boot->running.image), "image",
		path ? show_json_text(path) : json_null(), "good", is_running_good(boot));
}

static json_t *json_image(const struct boot *boot, const struct boot_image *image)
{
	_cleanup_free_ char *path = format_text("/%s", image->path);
	_cleanup_free_ char *name = choice_entry_name(image);
	const struct booted booted = choice_booted(image, NULL);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:i, s:b}", "entry",
			 show_json_text(name ? name : ""), "kernel",
			 show_json_text(image->version), "image",
			 show_json_text(path ? path : ""), "id",
			 show_json_text(image->id), "made", show_json_text(image->made),
			 "previous", image->previous, "good",
			 state_is_good(&boot->state, &booted));
}

static json_t *json_images(const struct boot *boot)
{
	json_t *list = json_array();

	for (size_t i = 0; i < boot->images.count; i++)
		json_array_append_new(list, json_image(boot, &boot->images.items[i]));
	return list;
}

/* What of it is new, and where it is the command line, the words. */
static void write_trial(const struct boot *boot, const struct choice *choice,
			struct strbuf *news, struct strbuf *words)
{
	const struct booted trial = choice_booted(choice->first, choice->line);

	choice_write_news(&boot->state, &trial, news);
	if (!state_has_proven(&boot->state, choice->line))
		line_write_diff(choice->others_line, choice->line, "  ", words);
}

static json_t *json_trial(const struct boot *boot)
{
	static const char *const states[] = { [TRIAL_NONE] = "none",
					      [TRIAL_BEGINS] =
						      "begins with the next apply",
					      [TRIAL_RUNS] = "running",
					      [TRIAL_FAILED] = "failed" };
	int tries = (int)boot->settings.host->boot_loader.tries;
	struct choice choice;
	_cleanup_free_ char *first = NULL, *fallback = NULL;
	_cleanup_strbuf_ struct strbuf news, words;

	strbuf_init(&news, 0);
	strbuf_init(&words, 0);
	choice_make(&choice, &boot->images, &boot->state, boot->line ? boot->line : "",
		    tries, false);
	if (choice.first)
		first = choice_entry_name(choice.first);
	fallback = choice_fallback_name(&choice);
	if (choice.trial != TRIAL_NONE)
		write_trial(boot, &choice, &news, &words);
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "state", states[choice.trial],
			 "first", first ? show_json_text(first) : json_null(), "fallback",
			 fallback ? show_json_text(fallback) : json_null(), "new",
			 show_json_text(news.text), "words", show_json_text(words.text));
}

static int json_loaders(const struct boot *boot, json_t *all, struct err *err)
{
	static const char *const words[] = { "absent", "installed", "booted" };
	const struct loader *chosen = loader_find(boot, NULL);
	json_t *list = json_array();
	int result = 0;

	json_object_set_new(all, "loader",
			    chosen ? json_string(chosen->name) : json_null());
	json_object_set_new(all, "loaders", list);
	for (size_t i = 0; !result && loaders[i]; i++) {
		enum loader_presence presence = loaders[i]->detect(boot);
		json_t *row = json_pack("{s:s, s:s}", "name", loaders[i]->name,
					"presence", words[presence]);

		json_array_append_new(list, row);
		if (presence != LOADER_ABSENT && loaders[i]->status)
			result = loaders[i]->status(boot, row, err);
	}
	return result;
}

static json_t *json_status(const struct boot *boot, struct err *err)
{
	json_t *all = json_object();

	json_object_set_new(all, "version", json_integer(1));
	json_object_set_new(all, "running", json_running(boot));
	json_object_set_new(all, "trial", json_trial(boot));
	json_object_set_new(all, "entries", json_images(boot));
	if (!json_loaders(boot, all, err))
		return all;
	json_decref(all);
	return NULL;
}

/* What is not as it ought to be. Planning changes what is remembered, so it comes last. */
static void add_pending(struct boot *boot, json_t *all)
{
	_cleanup_plan_ struct plan plan;
	struct err err = ERR_INIT;
	json_t *list = json_array();

	plan_init(&plan, &boot->state, false);
	if (run_plan(boot, &plan, &err))
		json_object_set_new(all, "error", show_json_text(err.text));
	for (size_t i = 0; i < plan.count; i++)
		json_array_append_new(list, show_json_text(plan.steps[i].what));
	json_object_set_new(all, "pending", list);
	json_object_set_new(all, "notes", show_json_text(plan.notes.text));
}

/* ---- as text ---- */

static void show_running(const json_t *running)
{
	printf("running: kernel %s", json_text(running, "kernel"));
	if (*json_text(running, "image"))
		printf(", image %s", json_text(running, "image"));
	else if (*json_text(running, "image_id"))
		printf(", an image that is gone (%s)", json_text(running, "image_id"));
	else
		printf(", no image that says its id");
	if (*json_text(running, "image_id"))
		printf(json_flag(running, "good") ? ", marked as good"
						  : ", not marked as good yet");
	putchar('\n');
}

static void show_trial(const json_t *all)
{
	const json_t *trial = json_object_get(all, "trial");
	const json_t *last = json_object_get(all, "last_trial");

	if (*json_text(trial, "first"))
		printf("first: %s\n", json_text(trial, "first"));
	if (*json_text(trial, "fallback"))
		printf("fallback: %s\n", json_text(trial, "fallback"));
	if (!strcmp(json_text(trial, "state"), "failed"))
		printf("trial: %s for kernel %s, tried since %s, did not come up; another "
		       "was good on %s\n",
		       json_text(trial, "new"), json_text(last, "kernel"),
		       json_text(last, "since"), json_text(last, "failed"));
	else if (strcmp(json_text(trial, "state"), "none") != 0)
		printf("trial: %s (%s)\n", json_text(trial, "state"),
		       json_text(trial, "new"));
	fputs(json_text(trial, "words"), stdout);
}

static void show_loader(const json_t *row)
{
	const char *key;
	json_t *value;

	printf("%s: %s\n", json_text(row, "name"), json_text(row, "presence"));
	json_object_foreach((json_t *)row, key, value) {
		if (!strcmp(key, "name") || !strcmp(key, "presence"))
			continue;
		if (json_is_string(value))
			printf("  %s: %s\n", key, json_string_value(value));
		else if (json_is_boolean(value))
			printf("  %s: %s\n", key, json_is_true(value) ? "yes" : "no");
		else if (json_is_integer(value))
			printf("  %s: %lld\n", key, (long long)json_integer_value(value));
	}
}

static void show_text(const json_t *all)
{
	size_t i;
	json_t *row;

	show_running(json_object_get(all, "running"));
	json_array_foreach(json_object_get(all, "loaders"), i, row) {
		if (strcmp(json_text(row, "presence"), "absent") != 0)
			show_loader(row);
	}
	show_trial(all);
	json_array_foreach(json_object_get(all, "entries"), i, row) {
		printf("%s: %s, made %s%s\n", json_text(row, "entry"),
		       json_text(row, "image"), json_text(row, "made"),
		       json_flag(row, "good") ? ", good" : "");
	}
}

static void show_pending(const json_t *all)
{
	const json_t *list = json_object_get(all, "pending");
	json_t *what;
	size_t i;

	json_array_foreach(list, i, what) {
		printf("%s%s",
		       i ? ", " : "apply would change: ", json_string_value(what));
	}
	if (json_array_size(list))
		putchar('\n');
	fputs(json_text(all, "notes"), stdout);
	if (*json_text(all, "error"))
		printf("apply would fail: %s\n", json_text(all, "error"));
}

/* What is wrong with the words is told with what apply would do. */
static void read_line(struct boot *boot)
{
	const struct loader *loader = loader_find(boot, NULL);
	bool with_root = loader && !loader->gives_root;
	struct err wrong = ERR_INIT;

	if (loader && loader->kernel_id)
		boot->running.kernel_id = loader->kernel_id(boot);
	if (loader)
		boot_read_words(boot, &wrong);
	boot_read_line(boot, with_root, &wrong);
}

int status_run(const struct args *args, struct err *err)
{
	_cleanup_boot_ struct boot boot = BOOT_INIT;
	int code = boot_open(&boot, args, false, err);
	json_t *all = NULL;

	if (code == EXIT_DONE)
		read_line(&boot);
	if (code == EXIT_DONE)
		all = json_status(&boot, err);
	if (!all)
		return code == EXIT_DONE ? EXIT_FAILED : code;
	json_object_set_new(all, "last_trial",
			    json_deep_copy(json_object_get(boot.state.json, "trial")));
	add_pending(&boot, all);
	if (args->json)
		return show_json_value(all, err) ? EXIT_FAILED : EXIT_DONE;
	show_text(all);
	show_pending(all);
	json_decref(all);
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}
