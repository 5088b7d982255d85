/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub_files.c: plans GRUB's files. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "boot/grub_block.h"
#include "boot/grub_files.h"
#include "boot/grub_menu.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/libdir.h"
#include "lib/names.h"

static const struct grub grubs[] = {
	{ "boot/grub/grub.cfg", "boot/grub/grubenv", "/boot/grub", "grub-mkconfig",
	  "grub-script-check", "grub-editenv", "grub-probe" },
	{ "boot/grub2/grub.cfg", "boot/grub2/grubenv", "/boot/grub2", "grub2-mkconfig",
	  "grub2-script-check", "grub2-editenv", "grub2-probe" },
};

const struct grub *grub_find(int root_fd)
{
	for (size_t i = 0; i < ARRAY_SIZE(grubs); i++)
		if (file_exists(root_fd, grubs[i].config))
			return &grubs[i];
	return NULL;
}

/* Debian's reads etc/default/grub.d, by a patch of its own. */
static bool reads_dropins(int root_fd, const struct grub *grub)
{
	static const char *const folders[] = { "usr/sbin", "usr/bin", "sbin" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path =
			format_text("%s/%s", folders[i], grub->mkconfig);
		_cleanup_strbuf_ struct strbuf text;

		strbuf_init(&text, 0);
		if (path && !file_read(root_fd, path, &text, NULL))
			return strstr(text.text, "/default/grub.d/");
	}
	return false;
}

static void write_assignments(const char *cmdline, struct strbuf *out)
{
	strbuf_adds(out, "# Made by bedplate boot from /etc/bedplate/cmdline, see "
			 "bedplate-boot(8).\n# Changes are lost.\nGRUB_CMDLINE_LINUX='");
	for (; *cmdline; cmdline++) {
		if (*cmdline == '\'')
			strbuf_adds(out, "'\\''");
		else
			strbuf_addc(out, *cmdline);
	}
	strbuf_adds(out, "'\nGRUB_CMDLINE_LINUX_DEFAULT=''\n");
}

static int plan_block(const struct boot *boot, struct plan *plan, const char *block,
		      struct err *err)
{
	_cleanup_strbuf_ struct strbuf before, after;
	int result;

	strbuf_init(&before, 0);
	strbuf_init(&after, 0);
	file_read(boot->root_fd, GRUB_DEFAULTS, &before, NULL);
	result = grub_block_replace(GRUB_DEFAULTS, before.text, block, &after, err);
	if (result)
		return result;
	if (after.overflow)
		return err_sys(err, ENOMEM, "planning /" GRUB_DEFAULTS);
	/* Nothing is to be made out of a file that is not there. */
	if (!strcmp(before.text, after.text))
		return 0;
	return plan_file(plan, GRUB_DEFAULTS, 0644, after.text,
			 "the kernel's command line", err);
}

/* Drop-ins that come behind ours and add to what it has: GRUB's own entries get that, and ours
 * do not. */
static void note_dropins(const struct boot *boot, struct plan *plan)
{
	static const char folder[] = "etc/default/grub.d";
	_cleanup_names_ struct names names = NAMES_INIT;

	names_read(&names, boot->root_fd, folder);
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i], *dot = strrchr(name, '.');
		_cleanup_free_ char *path = format_text("%s/%s", folder, name);
		_cleanup_strbuf_ struct strbuf text;

		strbuf_init(&text, 0);
		if (!path || !dot || strcmp(dot, ".cfg") != 0 ||
		    strcmp(name, strrchr(GRUB_DROPIN, '/') + 1) <= 0 ||
		    file_read(boot->root_fd, path, &text, NULL))
			continue;
		if (strstr(text.text, "GRUB_CMDLINE_LINUX"))
			plan_note(
				plan,
				"/%s changes the command line of GRUB's own entries, and "
				"not of ours: what it adds belongs into /" WORDS_PATH,
				path);
	}
}

int grub_plan_cmdline(const struct boot *boot, struct plan *plan, const char *cmdline,
		      struct err *err)
{
	const struct grub *grub = grub_find(boot->root_fd);
	bool dropin = grub && reads_dropins(boot->root_fd, grub);
	_cleanup_strbuf_ struct strbuf text;
	const char *assignments = cmdline ? text.text : NULL;
	int result;

	strbuf_init(&text, 0);
	if (cmdline) {
		write_assignments(cmdline, &text);
		assignments = text.text;
	}
	result = plan_file(plan, GRUB_DROPIN, 0644, dropin ? assignments : NULL,
			   "the kernel's command line", err);
	if (cmdline && dropin)
		note_dropins(boot, plan);
	return result ? result : plan_block(boot, plan, dropin ? NULL : assignments, err);
}

int grub_plan_script(struct plan *plan, bool wanted, struct err *err)
{
	_cleanup_free_ char *path = format_text("%s/grub-entries", libdir());
	_cleanup_strbuf_ struct strbuf text;
	_cleanup_close_ int fd = -1;
	int result;

	strbuf_init(&text, 0);
	if (!path)
		return err_sys(err, ENOMEM, "planning");
	if (!wanted)
		return plan_file(plan, GRUB_SCRIPT, 0755, NULL, "", err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "opening %s", path);
	result = file_read_fd(fd, path, &text, err);
	if (result)
		return result;
	return plan_file(plan, GRUB_SCRIPT, 0755, text.text, "entries of our images",
			 err);
}

/* ---- the environment block ---- */

/* Lines NAME=value behind a head line, filled up with '#' (GRUB's manual, Environment
 * block). */
void grub_read_environment(int root_fd, const struct grub *grub, struct strbuf *out)
{
	static const char *const names[] = { GRUB_TRIAL "=", GRUB_TRIES "=" };
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (file_read(root_fd, grub->environment, &text, NULL))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *line = grub_block_line(text.text, names[i]);

		if (line)
			strbuf_addf(out, "%.*s\n", (int)strcspn(line, "\n"), line);
	}
}

static int plan_unset(struct plan *plan, const struct grub *grub, const char *block,
		      const char *before, struct err *err)
{
	const char *argv[] = {
		grub->editenv, block, "unset", GRUB_TRIAL, GRUB_TRIES, NULL
	};

	return plan_run(plan, argv, block, before, "", "nothing is on trial", err);
}

int grub_plan_environment(struct plan *plan, const struct grub *grub, const char *trial,
			  int tries, struct err *err)
{
	_cleanup_free_ char *block = format_text("/%s", grub->environment);
	_cleanup_free_ char *image = format_text(GRUB_TRIAL "=%s", trial ? trial : "");
	_cleanup_free_ char *count = format_text(GRUB_TRIES "=%d", tries);
	_cleanup_free_ char *after = format_text("%s\n%s\n", image, count);
	_cleanup_strbuf_ struct strbuf before;
	const char *argv[] = { grub->editenv, block, "set", image, count, NULL };

	strbuf_init(&before, 0);
	grub_read_environment(plan->root_fd, grub, &before);
	if (!block || !image || !count || !after)
		return err_sys(err, ENOMEM, "planning");
	if (!trial)
		return plan_unset(plan, grub, block, before.text, err);
	return plan_run(plan, argv, block, before.text, after,
			"the tries of an image that is not marked as good yet", err);
}

/* One of the words that grub-probe says is among those given. */
static bool says(const struct plan *plan, const struct grub *grub, const char *target,
		 const char *const *words, const char **found)
{
	const char *argv[] = { grub->probe, target, grub->folder, NULL };
	_cleanup_strbuf_ struct strbuf output;

	strbuf_init(&output, 0);
	if (plan_ask(plan, argv, &output, NULL)) {
		*found = "what lies under it is not known";
		return true;
	}
	for (char *rest = output.text, *word; (word = strsep(&rest, " \n"));)
		for (size_t i = 0; words[i]; i++)
			if (!strcmp(word, words[i]))
				*found = words[i];
	return *found;
}

bool grub_can_count(const struct plan *plan, const struct grub *grub, const char **why)
{
	static const char *const abstractions[] = { "diskfilter", "lvm",   "cryptodisk",
						    "luks",       "luks2", NULL };
	static const char *const systems[] = { "btrfs", "cpiofs", "newc",    "odc",
					       "romfs", "zfs",    "squash4", "tarfs",
					       "f2fs",  "erofs",  NULL };

	*why = NULL;
	return !says(plan, grub, "--target=abstraction", abstractions, why) &&
	       !says(plan, grub, "--target=fs", systems, why);
}
