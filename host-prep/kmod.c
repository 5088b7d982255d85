/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmod.c: the part "modules": what the kernel is to have loaded, and with which options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "host-prep/kmod.h"
#include "host-prep/setting.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/origin.h"
#include "lib/process.h"

/* ---- options of modules that are there ---- */

static bool is_writable(int root_fd, const char *path)
{
	struct stat st;

	return fstatat(root_fd, path, &st, 0) == 0 && st.st_mode & 0222;
}

static int plan_option(const struct part_context *context, const char *text,
		       struct setting *setting, struct settings_wanted *wanted,
		       struct err *err)
{
	_cleanup_strbuf_ struct strbuf now;

	strbuf_init(&now, 0);
	if (setting_read(context->root_fd, setting->path, &now, NULL)) {
		part_note(context,
			  "%s: cannot be told, nor set any more, now that the "
			  "module is loaded (%s)",
			  text, setting->origin);
		return 0;
	}
	if (is_writable(context->root_fd, setting->path) ||
	    setting_same(now.text, setting->value))
		return setting_want(wanted, setting, err);
	part_note(context,
		  "%s: it is %s, and can only be set when the module is loaded anew (%s)",
		  text, now.text, setting->origin);
	return 0;
}

static int plan_options(const struct part_context *context,
			struct settings_wanted *wanted, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < context->host->kernel_modules.options.count;
	     i++) {
		const char *text = context->host->kernel_modules.options.items[i];
		const char *dot = strchr(text, '.'), *equals = strchr(text, '=');
		char module[KMOD_NAME], path[256], name[128];
		struct setting setting = { .name = name,
					   .path = path,
					   .value = (char *)equals + 1 };

		kmod_kernel_name(text, (size_t)(dot - text), module);
		snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
		snprintf(path, sizeof(path), "sys/module/%s/parameters/%.*s", module,
			 (int)(equals - dot - 1), dot + 1);
		origin_item_text(context->conf, "KernelModules", "Options", 0, i,
				 setting.origin, sizeof(setting.origin));
		if (kmod_is_there(context->root_fd, module))
			result = plan_option(context, text, &setting, wanted, err);
	}
	return result;
}

/* ---- the part ---- */

static bool is_asked_for(const struct part_context *context, const char *name)
{
	char other[KMOD_NAME];

	for (size_t i = 0; i < context->host->kernel_modules.load.count; i++) {
		const char *text = context->host->kernel_modules.load.items[i];

		kmod_kernel_name(text, strlen(text), other);
		if (!strcmp(other, name))
			return true;
	}
	return false;
}

/* Whether something uses it but what has gone by then. */
static bool is_used(int root_fd, const struct names *gone, const char *name)
{
	_cleanup_names_ struct names holders = NAMES_INIT;
	char path[128];
	uint64_t users = 0, ours = 0;

	snprintf(path, sizeof(path), "sys/module/%.64s/holders", name);
	names_read(&holders, root_fd, path);
	for (size_t i = 0; i < holders.count; i++)
		ours += names_have(gone, holders.items[i]);
	snprintf(path, sizeof(path), "sys/module/%.64s/refcnt", name);
	return file_read_u64(root_fd, path, &users, NULL) == 0 && users > ours;
}

/* What goes: all that was loaded here but what is still asked for. Backwards, for what was
 * loaded later may stand on what was before. */
static int find_going(const struct part_context *loaded, bool all, struct names *going)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	const char *name;
	json_t *entry;
	int result = 0;

	json_object_foreach(loaded->journal, name, entry) {
		const char *whose = json_string_value(json_object_get(entry, "for"));

		if (!result && (all || !is_asked_for(loaded, whose ? whose : name)))
			result = names_add(&names, name);
	}
	for (size_t i = names.count; !result && i; i--)
		result = names_add(going, names.items[i - 1]);
	return result;
}

/* Plans those that nothing uses any more once `gone` are, which it adds them to. Returns how
 * many there were, or -errno. */
static int plan_unused(const struct part_context *loaded, const struct names *going,
		       struct names *gone, struct steps *steps, struct err *err)
{
	int count = 0, result = 0;

	for (size_t i = 0; !result && i < going->count; i++) {
		const char *name = going->items[i];

		if (names_have(gone, name) || is_used(loaded->root_fd, gone, name))
			continue;
		if (kmod_is_there(loaded->root_fd, name))
			result = kmod_plan_unload(loaded, name, steps, err);
		if (!result && names_add(gone, name))
			result = err_sys(err, ENOMEM, "planning to unload %s", name);
		count++;
	}
	return result ? result : count;
}

/* A module that something uses by now stays: it is in nobody's way. */
static int plan_going(const struct part_context *loaded, bool all, struct steps *steps,
		      struct err *err)
{
	_cleanup_names_ struct names going = NAMES_INIT, gone = NAMES_INIT;
	int result = 1;

	if (find_going(loaded, all, &going))
		return err_sys(err, ENOMEM, "planning to unload modules");
	while (result > 0)
		result = plan_unused(loaded, &going, &gone, steps, err);
	for (size_t i = 0; !result && i < going.count; i++) {
		const json_t *entry = json_object_get(loaded->journal, going.items[i]);
		bool stays = !names_have(&gone, going.items[i]);

		/* What others stand on is no news. */
		if (stays && (all || !json_object_get(entry, "for")))
			part_note(loaded, "module %s stays: it is in use",
				  going.items[i]);
		if (all || !stays)
			json_object_del(loaded->journal, going.items[i]);
	}
	return result;
}

/* The section has {"loaded": {NAME: {}}, "options": {PATH: ...}}. */
static int plan(const struct part_context *context, struct steps *steps, struct err *err)
{
	const struct part_context loaded = part_below(context, "loaded");
	const struct part_context options = part_below(context, "options");
	_cleanup_wanted_ struct settings_wanted wanted = SETTINGS_WANTED_INIT;
	int result = 0;

	for (size_t i = 0; !result && i < context->host->kernel_modules.load.count; i++)
		result = kmod_plan_load(&loaded, i, steps, err);
	if (!result)
		result = plan_options(&options, &wanted, err);
	if (!result)
		result = setting_plan(&options, kmod_part.name, &wanted, steps, err);
	return result ? result : plan_going(&loaded, false, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	const struct part_context loaded = part_below(context, "loaded");
	const struct part_context options = part_below(context, "options");
	int result = setting_down(&options, kmod_part.name, steps, err);

	return result ? result : plan_going(&loaded, true, steps, err);
}

const struct part kmod_part = {
	.name = "modules",
	.help = "kernel modules",
	.plan = plan,
	.down = down,
	.drops_entries = true,
};
