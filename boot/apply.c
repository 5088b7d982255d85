/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply.c: shows a plan, and does it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/boot.h"
#include "boot/commands.h"
#include "boot/loader.h"
#include "boot/plan.h"
#include "boot/run.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/log.h"
#include "lib/show_json.h"

/* A loader that is not set up any more is cleared of what is ours. */
static int clear_others(struct boot *boot, const struct loader *chosen, struct plan *plan,
			struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && loaders[i]; i++)
		if (loaders[i] != chosen && loaders[i]->clear)
			result = loaders[i]->clear(boot, plan, err);
	return result;
}

/* An image on trial that nothing here would mark as good would have to give way. */
static void note_marking(const struct boot *boot, struct plan *plan)
{
	static const char *const folders[] = { "etc", "usr/lib", "lib", "usr/local/lib" };
	struct booted trial;
	bool failed;

	if (!state_trial(&boot->state, &trial, &failed) || failed)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path = format_text(
			"%s/systemd/system/bedplate-boot.service", folders[i]);

		if (path && file_exists(boot->root_fd, path))
			return;
	}
	plan_note(plan,
		  "nothing marks a boot as good here: have `bedplate boot good` called "
		  "when the machine is up, or set [BootLoader] Tries=0");
}

/* What is begun is remembered before it is: a trial, a command line (who makes the menu goes by
 * these), and which files of others are written. */
static int plan_first(struct boot *boot, struct plan *plan, bool begins, struct err *err)
{
	struct state first = { .json = NULL };
	json_t *written = json_object_get(plan->writing, "written");

	if (!written && !begins)
		return 0;
	first.json = json_deep_copy(boot->state.json);
	if (first.json && written) {
		if (!json_object_get(first.json, "written"))
			json_object_set_new(first.json, "written", json_object());
		json_object_update(json_object_get(first.json, "written"), written);
	}
	plan->first = first.json ? state_text(&first) : NULL;
	state_release(&first);
	return plan->first ? 0 : err_sys(err, ENOMEM, "planning");
}

static bool has_present(const struct image_list *images, const char *version)
{
	for (size_t i = 0; i < images->count; i++)
		if (!images->items[i].previous &&
		    !strcmp(images->items[i].version, version))
			return true;
	return false;
}

/* Somebody has removed an image, or it was found to be wrong. */
static void note_missing(const struct boot *boot, struct plan *plan)
{
	const char *last = "";

	for (size_t i = 0; i < boot->images.count; i++) {
		const struct boot_image *image = &boot->images.items[i];

		if (!strcmp(image->version, last) ||
		    has_present(&boot->images, image->version))
			continue;
		last = image->version;
		plan_note(plan,
			  "kernel %s has only a former image that can be started: "
			  "`bedplate mkinitramfs update %s` makes a new one",
			  last, last);
	}
}

static const char *why_none(const struct boot *boot)
{
	if (boot->args->clear)
		return "no boot loader is set up from here any more (--clear)";
	if (boot->settings.host->boot_loader.type == host_boot_loader_type_none)
		return "no boot loader is set up ([BootLoader] Type=none)";
	return "no boot loader was found; [BootLoader] Type= in host.conf names one";
}

/* Whether something is in the state now that has to be remembered before it is done. */
static bool begins(const json_t *now, const json_t *before)
{
	static const char *const keys[] = { "trial", "line", "efi_id" };
	bool begun = false;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *value = json_object_get(now, keys[i]);

		begun |= value && value != json_object_get(before, keys[i]);
	}
	return begun;
}

/* What the loader is to have, and what is taken back of all others. */
static int plan_loaders(struct boot *boot, const struct loader *loader, struct plan *plan,
			struct err *err)
{
	int result = 0;

	if (loader)
		result = boot_read_words(boot, err);
	if (loader && !result)
		result = boot_read_line(boot, !loader->gives_root, err);
	if (!result && loader)
		result = loader->plan(boot, plan, err);
	/* What was set up before goes when the new one is there. */
	return result ? result : clear_others(boot, loader, plan, err);
}

int run_plan(struct boot *boot, struct plan *plan, struct err *err)
{
	const struct loader *loader = loader_find(boot, err);
	json_t *before = json_copy(boot->state.json);
	int result;

	plan->root_fd = boot->root_fd;
	plan->root = boot->live ? NULL : boot->args->root;

	if (!loader && err && err->code) {
		json_decref(before);
		return err->code;
	}
	result = plan_loaders(boot, loader, plan, err);
	if (!loader) {
		state_end_trial(&boot->state);
		plan_note(plan, "%s", why_none(boot));
	}
	if (!result) {
		note_marking(boot, plan);
		note_missing(boot, plan);
		result = plan_first(boot, plan, begins(boot->state.json, before), err);
	}
	json_decref(before);
	return result ? result : run_plan_state(boot, plan, err);
}

int run_plan_state(struct boot *boot, struct plan *plan, struct err *err)
{
	_cleanup_free_ char *text = state_text(&boot->state);

	if (!text)
		return err_sys(err, ENOMEM, "planning");
	if (state_is_empty(&boot->state) && !file_exists(boot->root_fd, STATE_PATH))
		return 0;
	return plan_file(plan, STATE_PATH, 0644, text, "", err);
}

/* In colour where a person looks at it. */
static void show(const struct boot *boot, const struct plan *plan)
{
	bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	plan_write(plan, &text);
	for (char *rest = text.text, *line; (line = strsep(&rest, "\n"));) {
		const char *start = !colour        ? ""
				    : *line == '-' ? "\033[31m"
				    : *line == '+' ? "\033[32m"
				    : *line == '@' ? "\033[36m"
						   : "";

		if (rest || *line)
			printf("%s%s%s\n", start, line, *start ? "\033[0m" : "");
	}
	if (!plan->count && loader_find(boot, NULL))
		puts("everything is as it ought to be");
	fflush(stdout);
}

static int show_json(const struct plan *plan, const struct loader *loader,
		     struct err *err)
{
	json_t *all = json_object();

	json_object_set_new(all, "version", json_integer(1));
	json_object_set_new(all, "loader",
			    loader ? json_string(loader->name) : json_null());
	json_object_set_new(all, "steps", plan_json(plan));
	json_object_set_new(all, "notes", show_json_text(plan->notes.text));
	return show_json_value(all, err) ? EXIT_FAILED : EXIT_DONE;
}

/* Words that contradict each other are the configuration's fault. */
static int exit_code(int result)
{
	return result == -EINVAL ? EXIT_USAGE : result ? EXIT_FAILED : EXIT_DONE;
}

/* What would be changed, but for what is remembered: that has times. */
static void write_changes(const struct plan *plan, struct strbuf *out)
{
	for (size_t i = 0; i < plan->count; i++)
		if (!plan->steps[i].path || strcmp(plan->steps[i].path, STATE_PATH) != 0)
			plan_write_step(&plan->steps[i], out);
}

/* Shows the plan, whose changes go to `shown` as well, and how many steps there are. Nobody is
 * kept out meanwhile: a question may stand for hours. */
static int preview(const struct args *args, struct strbuf *shown, size_t *count,
		   struct err *err)
{
	_cleanup_boot_ struct boot boot = BOOT_INIT;
	_cleanup_plan_ struct plan plan;
	int code;

	plan_init(&plan, &boot.state, args->force);
	code = boot_open(&boot, args, false, err);
	if (code == EXIT_DONE)
		code = exit_code(run_plan(&boot, &plan, err));
	if (code != EXIT_DONE)
		return code;
	write_changes(&plan, shown);
	*count = plan.count;
	if (args->json)
		return show_json(&plan, loader_find(&boot, NULL), err);
	show(&boot, &plan);
	return EXIT_DONE;
}

int plan_command_run(const struct args *args, struct err *err)
{
	_cleanup_strbuf_ struct strbuf shown;
	size_t count;

	strbuf_init(&shown, 0);
	return preview(args, &shown, &count, err);
}

static bool ask(void)
{
	char *line = NULL;
	size_t room = 0;
	bool yes;

	fputs("Do this? [y/N] ", stdout);
	fflush(stdout);
	yes = getline(&line, &room, stdin) > 0 && (*line == 'y' || *line == 'Y');
	free(line);
	return yes;
}

static int confirm(const struct args *args, struct err *err)
{
	if (args->yes)
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(err, EPERM, "nobody is there to be asked");
		return err_hint(err, "--yes does it without asking");
	}
	return ask() ? 0 : err_set(err, ECANCELED, "nothing was changed");
}

/* Words that are wrong keep no image from being tried, where that is started by its path: with the
 * line that was brought in last. Nothing else is done. */
static void try_image(struct boot *boot, bool force)
{
	const struct loader *loader = loader_find(boot, NULL);
	_cleanup_plan_ struct plan plan;
	struct err err = ERR_INIT;
	int result;

	plan_init(&plan, &boot->state, force);
	if (!loader || !loader->names_paths || boot_keep_line(boot))
		return;
	result = run_plan(boot, &plan, &err);
	if (!result && plan.first) {
		show(boot, &plan);
		result = plan_apply(&plan, &err);
	}
	if (result)
		log_warning("a new image is not tried: %s", err.text);
}

/* With others kept out; `shown` NULL: nobody was asked, so it is shown first. */
static int plan_and_apply(const struct args *args, const struct strbuf *shown,
			  struct err *err)
{
	_cleanup_boot_ struct boot boot = BOOT_INIT;
	_cleanup_plan_ struct plan plan;
	_cleanup_strbuf_ struct strbuf text;
	int code;

	strbuf_init(&text, 0);
	plan_init(&plan, &boot.state, args->force);
	code = boot_open(&boot, args, true, err);
	if (code != EXIT_DONE)
		return code;
	code = exit_code(run_plan(&boot, &plan, err));
	if (code == EXIT_USAGE)
		try_image(&boot, args->force);
	if (code != EXIT_DONE)
		return code;
	write_changes(&plan, &text);
	if (!shown)
		show(&boot, &plan);
	else if (strcmp(text.text, shown->text) != 0)
		err_set(err, ESTALE,
			"something else was changed meanwhile, and nothing "
			"by this: see it again");
	return err->code || plan_apply(&plan, err) ? EXIT_FAILED : EXIT_DONE;
}

int apply_run(const struct args *args, struct err *err)
{
	_cleanup_strbuf_ struct strbuf shown;
	size_t count = 0;
	int code;

	strbuf_init(&shown, 0);
	if (args->yes && !args->dry_run)
		return plan_and_apply(args, NULL, err);
	code = preview(args, &shown, &count, err);
	if (code != EXIT_DONE || args->dry_run || !count)
		return code;
	return confirm(args, err) ? EXIT_FAILED : plan_and_apply(args, &shown, err);
}
