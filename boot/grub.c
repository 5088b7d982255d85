/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub.c: GRUB, as a boot loader that is set up. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/grub.h"
#include "boot/grub_files.h"
#include "boot/grub_menu.h"
#include "boot/loader.h"
#include "lib/boot_cmdline.h"
#include "lib/cleanup.h"
#include "lib/cmdline.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/schema/host.h"

static enum loader_presence grub_detect(const struct boot *boot)
{
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;

	if (!grub_find(boot->root_fd))
		return LOADER_ABSENT;
	/* It tells the kernel where it came from; the firmware and systemd-boot do not. */
	if (!cmdline_read(&cmdline, boot->root_fd, NULL) &&
	    cmdline_find(&cmdline, "BOOT_IMAGE"))
		return LOADER_BOOTED;
	return LOADER_INSTALLED;
}

static int grub_import(const struct boot *boot, struct strbuf *out, struct err *err)
{
	_cleanup_boot_cmdlines_ struct boot_cmdlines cmdlines = { .count = 0 };
	int result = boot_cmdlines_read(&cmdlines, boot->root_fd, err);

	for (size_t i = 0; !result && i < cmdlines.count; i++)
		if (!strcmp(cmdlines.items[i].source, GRUB_DEFAULTS))
			strbuf_adds(out, cmdlines.items[i].text);
	return result;
}

/* Whether grub-mkconfig finds an image that is not ours for one of the kernels: then its own
 * first entry has nothing to do with ours (util/grub.d/10_linux.in has more names). */
static bool has_other_image(const struct boot *boot)
{
	static const char *const names[] = { "boot/initrd.img-%s", "boot/initrd-%s.img",
					     "boot/initramfs-%s.img" };
	bool found = false;

	for (size_t i = 0; i < boot->images.count; i++) {
		const struct boot_image *image = &boot->images.items[i];

		for (size_t j = 0; j < ARRAY_SIZE(names); j++) {
			int length = (int)strcspn(names[j], "%");
			_cleanup_free_ char *path =
				format_text("%.*s%s%s", length, names[j], image->version,
					    names[j] + length + 2);

			found |= path && file_exists(boot->root_fd, path) &&
				 !image->previous && strcmp(path, image->path) != 0;
		}
	}
	return found;
}

/* `line` NULL: it is not ours. */
static void menu_init(struct grub_menu *menu, const struct boot *boot, bool can_count,
		      const char *line)
{
	const struct host_boot_loader *settings = &boot->settings.host->boot_loader;
	bool retry = boot->args->retry;
	struct booted first;

	*menu = (struct grub_menu){ .images = &boot->images,
				    .tries = can_count || !settings->tries
						     ? (int)settings->tries
						     : CHOICE_UNCOUNTED,
				    .panic = (unsigned)(settings->trial_panic_ms / 1000),
				    .previous = settings->previous,
				    .ours = line,
				    .cmdline = "",
				    .root = "",
				    .title = "Linux" };
	choice_make(&menu->choice, &boot->images, &boot->state, line ? line : "",
		    menu->tries, retry);
	if (!menu->choice.first)
		return;
	first = choice_booted(menu->choice.first, menu->choice.line);
	booted_key(&first, menu->key);
	if (menu->choice.fallback || !has_other_image(boot))
		return;
	menu->other = true;
	menu->choice.trial =
		choice_trial(&menu->choice, &boot->state, menu->tries, retry);
}

static const char *our_line(const struct boot *boot)
{
	return boot->has_cmdline ? boot->line : NULL;
}

/* The line that is in the menu before an apply brings in another one, whoever has that made; false
 * where it is the present one. */
static bool find_applied_line(const struct grub_menu *menu, const struct boot *boot,
			      const char **line)
{
	const struct choice *choice = &menu->choice;

	if (state_applied_line(&boot->state, line))
		return true;
	/* Not by this version yet: a line that is neither proven nor on trial is no apply's. */
	*line = choice->others_line;
	return menu->ours && strcmp(choice->line, choice->others_line) != 0 &&
	       (choice->trial == TRIAL_BEGINS || menu->tries < 0);
}

void grub_menu_open(struct grub_menu *menu, const struct boot *boot)
{
	const struct grub *grub = grub_find(boot->root_fd);
	struct plan plan = { .root_fd = boot->root_fd };
	const char *why, *line;
	bool can_count = grub && grub_can_count(&plan, grub, &why);

	menu_init(menu, boot, can_count, our_line(boot));
	/* All of it is that line's: what is tried, and whether that has failed. */
	if (find_applied_line(menu, boot, &line))
		menu_init(menu, boot, can_count, line);
}

/* What counts down, and from where: only a trial that begins is set, or one whose variables
 * are gone. */
static int plan_trial(struct boot *boot, struct plan *plan, const struct grub *grub,
		      const struct grub_menu *menu, struct err *err)
{
	_cleanup_strbuf_ struct strbuf now;

	strbuf_init(&now, 0);
	if (menu->choice.trial == TRIAL_NONE)
		return grub_plan_environment(plan, grub, NULL, 0, err);
	grub_read_environment(boot->root_fd, grub, &now);
	if (menu->choice.trial != TRIAL_BEGINS && strstr(now.text, menu->key) &&
	    strstr(now.text, GRUB_TRIES "="))
		return 0;
	return grub_plan_environment(plan, grub, menu->key,
				     menu->choice.trial == TRIAL_FAILED ? 0 : menu->tries,
				     err);
}

static void note_trial(struct boot *boot, struct plan *plan, const struct grub_menu *menu)
{
	choice_write_note(&menu->choice, &boot->state, menu->tries, &plan->notes);
	if (menu->tries < 0 && strcmp(menu->choice.line, menu->choice.others_line) != 0)
		plan_note(plan,
			  "the new command line is in the first entry alone until a boot "
			  "with it was good");
}

/* One that somebody wrote by hand has no other place than this. */
static int check_config(const struct plan *plan, const struct grub *grub,
			const char *config, struct err *err)
{
	if (plan->force || !*config || strstr(config, "generated by grub") ||
	    strstr(config, GRUB_REMARK))
		return 0;
	err_set(err, EEXIST, "/%s was not made by %s, which would write over it",
		grub->config, grub->mkconfig);
	return err_hint(err, "--force has that done; [BootLoader] Type=none leaves the "
			     "boot loader alone");
}

static int plan_config(struct boot *boot, struct plan *plan, const struct grub *grub,
		       const struct grub_menu *menu, bool changed, struct err *err)
{
	const char *argv[] = { grub->mkconfig, NULL };
	const char *check[] = { grub->script_check, NULL };
	_cleanup_strbuf_ struct strbuf config, before, after;

	strbuf_init(&config, 0);
	strbuf_init(&before, 0);
	strbuf_init(&after, 0);
	file_read(boot->root_fd, grub->config, &config, NULL);
	grub_menu_find(config.text, &before);
	if (menu)
		grub_menu_describe(menu, &after);
	if (!changed && !strcmp(before.text, after.text))
		return 0;
	if (check_config(plan, grub, config.text, err))
		return -EEXIST;
	return plan_generate(plan, argv, check, after.length ? GRUB_REMARK : NULL,
			     grub->config, before.text, after.text,
			     "GRUB's configuration, of which this is our part", err);
}

static int grub_plan(struct boot *boot, struct plan *plan, struct err *err)
{
	const struct grub *grub = grub_find(boot->root_fd);
	size_t before = plan->count;
	_cleanup_strbuf_ struct strbuf words;
	struct grub_menu menu;
	const char *why;
	bool can_count, changed;
	int result;

	strbuf_init(&words, 0);
	if (!grub)
		return err_set(err, ENOENT, "there is no /boot/grub/grub.cfg");
	can_count = grub_can_count(plan, grub, &why);
	if (!can_count)
		plan_note(
			plan,
			"GRUB cannot write to %s (%s): the tries of a new image are not "
			"counted",
			grub->folder, why);
	menu_init(&menu, boot, can_count, our_line(boot));
	note_trial(boot, plan, &menu);
	grub_menu_quote_line(menu.choice.others_line, &words);
	result =
		grub_plan_cmdline(boot, plan, boot->has_cmdline ? words.text : NULL, err);
	if (!result)
		result = grub_plan_script(plan, true, err);
	changed = plan->count > before;
	/* First: an entry that is to be counted does not come before its count. Until there is
	 * one, nothing asks for this key. */
	if (!result)
		result = plan_trial(boot, plan, grub, &menu, err);
	if (!result)
		result = plan_config(boot, plan, grub, &menu, changed, err);
	choice_begin_trial(&menu.choice, &boot->state);
	state_set_applied_line(&boot->state, our_line(boot));
	return result;
}

static int grub_clear(struct boot *boot, struct plan *plan, struct err *err)
{
	const struct grub *grub = grub_find(boot->root_fd);
	size_t before = plan->count;
	int result;

	if (!grub)
		return 0;
	result = grub_plan_cmdline(boot, plan, NULL, err);
	if (!result)
		result = grub_plan_script(plan, false, err);
	if (!result)
		result = plan_config(boot, plan, grub, NULL, plan->count > before, err);
	return result ? result : grub_plan_environment(plan, grub, NULL, 0, err);
}

/* What runs is no longer on trial; or it is the fallback, because what is on trial has used up
 * its tries. */
static int grub_good(struct boot *boot, struct plan *plan, struct err *err)
{
	const struct booted running = boot_running(boot);
	const struct grub *grub = grub_find(boot->root_fd);
	_cleanup_strbuf_ struct strbuf now;
	char key[DIGEST_TEXT_SIZE];
	struct booted trial;
	bool failed;

	strbuf_init(&now, 0);
	if (!grub || !state_trial(&boot->state, &trial, &failed))
		return 0;
	grub_read_environment(boot->root_fd, grub, &now);
	if (booted_is(&trial, &running)) {
		state_end_trial(&boot->state);
		return grub_plan_environment(plan, grub, NULL, 0, err);
	}
	booted_key(&trial, key);
	if (strstr(now.text, key) && strstr(now.text, GRUB_TRIES "=0\n"))
		state_fail_trial(&boot->state);
	return 0;
}

static int grub_status(const struct boot *boot, json_t *into, struct err *err)
{
	const struct grub *grub = grub_find(boot->root_fd);
	_cleanup_free_ char *config = format_text("/%s", grub->config);
	_cleanup_strbuf_ struct strbuf now;
	const char *tries;

	strbuf_init(&now, 0);
	if (!config)
		return err_sys(err, ENOMEM, "looking at GRUB");
	grub_read_environment(boot->root_fd, grub, &now);
	tries = strstr(now.text, GRUB_TRIES "=");
	json_object_set_new(into, "configuration", json_string(config));
	json_object_set_new(into, "our_script",
			    json_boolean(file_exists(boot->root_fd, GRUB_SCRIPT)));
	if (tries)
		json_object_set_new(
			into, "tries_left",
			json_integer(strtol(tries + strlen(GRUB_TRIES "="), NULL, 10)));
	return 0;
}

const struct loader loader_grub = {
	.name = "grub",
	.type = host_boot_loader_type_grub,
	.gives_root = true,
	.names_paths = true,
	.detect = grub_detect,
	.plan = grub_plan,
	.clear = grub_clear,
	.good = grub_good,
	.status = grub_status,
	.import = grub_import,
};
