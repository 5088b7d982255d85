/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd_boot.c: systemd-boot, whose entries kernel-install(8) makes.
 *
 * How it works: the command line goes to /etc/kernel/cmdline and Tries= to
 * /etc/kernel/tries, where kernel-install takes them from for kernels to come. The entries
 * of kernels that are there are in systemd_boot_entries.c. A good boot
 * takes the counter off the entry's name, as systemd-bless-boot(8) does where it is
 * enabled: whoever comes second finds nothing to do.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/bls.h"
#include "boot/choice.h"
#include "boot/efi.h"
#include "boot/esp.h"
#include "boot/loader.h"
#include "boot/systemd_boot.h"
#include "boot/trial_word.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/schema/host.h"
#include "lib/show_json.h"

#define CMDLINE_PATH "etc/kernel/cmdline"
#define TRIES_PATH   "etc/kernel/tries"

static bool is_at(int root_fd, const char *folder, const char *path)
{
	_cleanup_free_ char *whole = format_text("%s/%s", folder, path);

	return whole && file_exists(root_fd, whole);
}

/* It says who it is, and so does systemd's stub, which is no boot loader. */
static bool has_started_this(int root_fd)
{
	_cleanup_strbuf_ struct strbuf info;

	strbuf_init(&info, 0);
	return !efi_read_loader_text(root_fd, "LoaderInfo", &info) &&
	       !strncmp(info.text, "systemd-boot", strlen("systemd-boot"));
}

static enum loader_presence systemd_boot_detect(const struct boot *boot)
{
	_cleanup_esp_ struct esp esp = ESP_INIT;

	if (boot->live && has_started_this(boot->root_fd))
		return LOADER_BOOTED;
	if (esp_find(&esp, boot->root_fd, boot->settings.host->boot_loader.esp, NULL))
		return LOADER_ABSENT;
	return is_at(boot->root_fd, esp.path, "EFI/systemd/systemd-bootx64.efi") ||
			       is_at(boot->root_fd, esp.path,
				     "EFI/systemd/systemd-bootia32.efi")
		       ? LOADER_INSTALLED
		       : LOADER_ABSENT;
}

/* ---- /etc/kernel ---- */

/* kernel-install hands it to proven entries, too: which they are is not known when they are made. */
static int plan_cmdline(struct boot *boot, struct plan *plan, struct strbuf *cmdline,
			struct err *err)
{
	_cleanup_free_ char *line = NULL;
	char panic[TRIAL_WORD];
	int result;

	trial_panic_word(boot->settings.host, panic);
	strbuf_adds(cmdline, panic);
	result = boot_cmdline(boot, true, cmdline, err);
	if (result)
		return result;
	line = format_text("%s\n", cmdline->text);
	return line ? plan_shared_file(plan, CMDLINE_PATH, 0644, line,
				       "the command line of entries to come", err)
		    : err_sys(err, ENOMEM, "planning");
}

/* What was there before comes back. */
static int plan_no_cmdline(struct plan *plan, struct err *err)
{
	return plan_restore(plan, CMDLINE_PATH, 0644,
			    "the command line is not ours any more", err);
}

static int plan_tries(struct boot *boot, struct plan *plan, struct err *err)
{
	int tries = (int)boot->settings.host->boot_loader.tries;
	char line[16];

	if (!tries)
		return plan_restore(plan, TRIES_PATH, 0644, "Tries=0", err);
	snprintf(line, sizeof(line), "%d\n", tries);
	return plan_shared_file(plan, TRIES_PATH, 0644, line,
				"boots that an entry to come gets", err);
}

static int systemd_boot_plan(struct boot *boot, struct plan *plan, struct err *err)
{
	_cleanup_strbuf_ struct strbuf cmdline;
	int result;

	strbuf_init(&cmdline, 0);
	result = plan_tries(boot, plan, err);
	if (!result)
		result = boot->has_cmdline ? plan_cmdline(boot, plan, &cmdline, err)
					   : plan_no_cmdline(plan, err);
	return result ? result : systemd_boot_plan_entries(boot, plan, err);
}

/* Entries belong to kernel-install, and go on as they are; nobody counts their tries any more. */
static int systemd_boot_clear(struct boot *boot __attribute__((unused)),
			      struct plan *plan, struct err *err)
{
	int result = plan_restore(plan, TRIES_PATH, 0644,
				  "systemd-boot is not set up from here any more", err);

	return result ? result : plan_no_cmdline(plan, err);
}

/* ---- a good boot ---- */

/* The counted entry that this boot came from, as a path below the root; "" where it had no
 * counter, or has none any more. */
static int find_counted(const struct boot *boot, const struct bls_entries *entries,
			struct strbuf *path, struct err *err)
{
	_cleanup_strbuf_ struct strbuf variable;
	struct bls_name name;
	const char *base;

	strbuf_init(&variable, 0);
	if (efi_read_loader_text(boot->root_fd, "LoaderBootCountPath", &variable))
		return 0;
	for (char *c = variable.text; (c = strchr(c, '\\'));)
		*c = '/';
	base = strrchr(variable.text, '/');
	if (!base || strstr(variable.text, "/../") || !bls_name_parse(&name, base + 1) ||
	    name.left == BLS_UNCOUNTED)
		return 0;
	/* It is the partition's path. */
	strbuf_addf(path, "%s/%s", entries->boot,
		    variable.text + (*variable.text == '/'));
	if (path->overflow)
		return err_sys(err, ENOMEM, "planning");
	if (!file_exists(boot->root_fd, path->text))
		strbuf_truncate(path, 0);
	return 0;
}

/* An image that has tries left is still to be started. */
static bool has_tries(const struct boot *boot, const struct bls_entries *entries,
		      const char *id)
{
	const struct boot_image *image = image_list_find(&boot->images, id);

	for (size_t i = 0; image && i < entries->count; i++)
		if (!strcmp(entries->items[i].version, image->version) &&
		    entries->items[i].name.left > 0)
			return true;
	return false;
}

static void end_trial(struct boot *boot, const struct bls_entries *entries)
{
	const struct booted running = boot_running(boot);
	struct booted trial;
	bool failed;

	if (!state_trial(&boot->state, &trial, &failed) || !*running.image)
		return;
	if (booted_is(&trial, &running))
		state_end_trial(&boot->state);
	else if (!has_tries(boot, entries, trial.image))
		state_fail_trial(&boot->state);
}

static int systemd_boot_good(struct boot *boot, struct plan *plan, struct err *err)
{
	_cleanup_bls_entries_ struct bls_entries entries = BLS_ENTRIES_INIT;
	_cleanup_strbuf_ struct strbuf path;
	int result;

	strbuf_init(&path, 0);
	if (!boot->live || !has_started_this(boot->root_fd))
		return 0;
	result = bls_entries_read(&entries, boot->root_fd,
				  boot->settings.host->boot_loader.esp, err);
	if (result)
		return result;
	end_trial(boot, &entries);
	result = find_counted(boot, &entries, &path, err);
	return result || !path.length
		       ? result
		       : bls_plan_tries(plan, path.text, BLS_UNCOUNTED,
					"the counter of the entry that was booted", err);
}

/* Without any entry there is nothing to tell. */
static int systemd_boot_status(const struct boot *boot, json_t *into, struct err *err)
{
	_cleanup_bls_entries_ struct bls_entries entries = BLS_ENTRIES_INIT;
	json_t *list = json_array();

	(void)err;
	bls_entries_read(&entries, boot->root_fd, boot->settings.host->boot_loader.esp,
			 NULL);
	for (size_t i = 0; i < entries.count; i++) {
		const struct bls_entry *entry = &entries.items[i];

		json_array_append_new(
			list, json_pack("{s:o, s:o, s:o, s:i}", "file",
					show_json_text(entry->path), "kernel",
					show_json_text(entry->version), "tries_left",
					entry->name.left == BLS_UNCOUNTED
						? json_null()
						: json_integer(entry->name.left),
					"tries_done", entry->name.done));
	}
	json_object_set_new(into, "bls_entries", list);
	return 0;
}

const struct loader loader_systemd_boot = {
	.name = "systemd-boot",
	.type = host_boot_loader_type_systemd_boot,
	.detect = systemd_boot_detect,
	.plan = systemd_boot_plan,
	.good = systemd_boot_good,
	.clear = systemd_boot_clear,
	.status = systemd_boot_status,
};
