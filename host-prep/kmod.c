/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmod.c: the part "modules": what the kernel is to have loaded, and with which options.
 *
 * Loading is left to the system's modprobe, which knows modprobe.d(5), compression and
 * signatures. It is not asked where sysfs or modules.builtin says that all is there already.
 */
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

enum { NAME_SIZE = 64, MODPROBE_MS = 60000 };

/* '-' and '_' are the same in a module's name, and sysfs has '_'. */
static void kernel_name(const char *text, size_t length, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%.*s", (int)length, text);
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

/* Lines such as "kernel/drivers/net/tun.ko". */
static bool is_in_list(const char *list, const char *name)
{
	while (*list) {
		size_t length = strcspn(list, "\n");
		const char *slash = memrchr(list, '/', length);
		const char *file = slash ? slash + 1 : list;
		char other[NAME_SIZE];

		kernel_name(file, strcspn(file, ".\n"), other);
		if (!strcmp(other, name))
			return true;
		list += length + (list[length] == '\n');
	}
	return false;
}

static bool is_built_in(int root_fd, const char *name)
{
	_cleanup_strbuf_ struct strbuf list;
	char path[256];
	struct utsname kernel;

	strbuf_init(&list, 0);
	uname(&kernel);
	snprintf(path, sizeof(path), "lib/modules/%s/modules.builtin", kernel.release);
	return file_read(root_fd, path, &list, NULL) == 0 && is_in_list(list.text, name);
}

bool kmod_is_there(int root_fd, const char *name)
{
	char path[128], plain[NAME_SIZE];

	kernel_name(name, strlen(name), plain);
	snprintf(path, sizeof(path), "sys/module/%s", plain);
	return file_exists(root_fd, path) || is_built_in(root_fd, plain);
}

/* Whether "MODULE.OPTION=VALUE" is about the module; then *option is behind the dot. */
static bool is_about(const char *text, const char *module, const char **option)
{
	char name[NAME_SIZE];
	size_t length = strcspn(text, ".");

	kernel_name(text, length, name);
	*option = text + length + 1;
	return !strcmp(name, module);
}

/* ---- loading ---- */

struct load {
	char **argv; /* of modprobe */
	size_t count;
};

static void load_free(void *data)
{
	struct load *load = data;

	if (!load)
		return;
	for (size_t i = 0; load->argv && i < load->count; i++)
		free(load->argv[i]);
	free(load->argv);
	free(load);
}

static int modprobe(const char *const *argv, struct err *err)
{
	_cleanup_strbuf_ struct strbuf errors;
	struct process process = { .argv = argv,
				   .errors = &errors,
				   .timeout_ms = MODPROBE_MS };

	strbuf_init(&errors, 65536);
	return process_run(&process, err);
}

static int load_run(const struct step *step, struct err *err)
{
	const struct load *load = step->data;

	return modprobe((const char *const *)load->argv, err);
}

static int unload(const char *name, struct err *err)
{
	const char *const argv[] = { "modprobe", "-r", name, NULL };

	return modprobe(argv, err);
}

static int load_undo(const struct step *step, struct err *err)
{
	const struct load *load = step->data;

	return unload(load->argv[1], err);
}

/* "modprobe", the name and its options. */
static struct load *load_new(const struct part_context *context, const char *name)
{
	const size_t most = context->host->kernel_modules.options.count + 3;
	struct load *load = calloc(1, sizeof(*load));
	const char *option;
	bool whole;

	if (load)
		load->argv = calloc(most, sizeof(*load->argv));
	if (!load || !load->argv) {
		load_free(load);
		return NULL;
	}
	load->argv[load->count++] = strdup("modprobe");
	load->argv[load->count++] = strdup(name);
	whole = load->argv[0] && load->argv[1];
	for (size_t i = 0; i + 3 < most; i++) {
		if (!is_about(context->host->kernel_modules.options.items[i], name,
			      &option))
			continue;
		load->argv[load->count] = strdup(option);
		whole = whole && load->argv[load->count++];
	}
	if (whole)
		return load;
	load_free(load);
	return NULL;
}

static int plan_load(const struct part_context *context, size_t item, struct steps *steps,
		     struct err *err)
{
	const char *text = context->host->kernel_modules.load.items[item];
	_cleanup_strbuf_ struct strbuf options;
	char name[NAME_SIZE], origin[160];
	struct load *load;

	strbuf_init(&options, 0);
	kernel_name(text, strlen(text), name);
	if (kmod_is_there(context->root_fd, name))
		return 0;
	load = load_new(context, name);
	if (!load)
		return err_sys(err, ENOMEM, "planning to load %s", name);
	for (size_t i = 2; i < load->count; i++)
		strbuf_addf(&options, "%s%s", i > 2 ? " " : "", load->argv[i]);
	origin_item_text(context->conf, "KernelModules", "Load", 0, item, origin,
			 sizeof(origin));
	json_object_set_new(context->journal, name, json_object());
	steps_addf(steps,
		   &(struct step){ .part = kmod_part.name,
				   .action = STEP_ADD,
				   .after = options.text,
				   .origin = origin,
				   .run = load_run,
				   .undo = load_undo,
				   .data = load,
				   .release_data = load_free },
		   "module %s", name);
	return 0;
}

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
		char module[NAME_SIZE], path[256], name[128];
		struct setting setting = { .name = name,
					   .path = path,
					   .value = (char *)equals + 1 };

		kernel_name(text, (size_t)(dot - text), module);
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

struct gone {
	int root_fd;
	char name[NAME_SIZE];
};

/* modprobe takes modules with it that nothing else uses; they may be gone when it is their
 * turn. */
static int unload_run(const struct step *step, struct err *err)
{
	const struct gone *gone = step->data;

	return kmod_is_there(gone->root_fd, gone->name) ? unload(gone->name, err) : 0;
}

static int plan_unload(const struct part_context *context, const char *name,
		       struct steps *steps, struct err *err)
{
	struct gone *gone = calloc(1, sizeof(*gone));

	if (!gone)
		return err_sys(err, ENOMEM, "planning to unload %s", name);
	gone->root_fd = context->root_fd;
	snprintf(gone->name, sizeof(gone->name), "%.63s", name);
	steps_addf(steps,
		   &(struct step){ .part = kmod_part.name,
				   .action = STEP_REMOVE,
				   .run = unload_run,
				   .data = gone },
		   "module %s", name);
	return 0;
}

/* The section has {"loaded": {NAME: {}}, "options": {PATH: ...}}. */
static struct part_context below(const struct part_context *context, const char *key)
{
	struct part_context part = *context;

	part.journal = json_object_get(context->journal, key);
	if (!part.journal) {
		part.journal = json_object();
		json_object_set_new(context->journal, key, part.journal);
	}
	return part;
}

static int plan(const struct part_context *context, struct steps *steps, struct err *err)
{
	const struct part_context loaded = below(context, "loaded");
	const struct part_context options = below(context, "options");
	_cleanup_wanted_ struct settings_wanted wanted = SETTINGS_WANTED_INIT;
	int result = 0;

	for (size_t i = 0; !result && i < context->host->kernel_modules.load.count; i++)
		result = plan_load(&loaded, i, steps, err);
	if (!result)
		result = plan_options(&options, &wanted, err);
	return result ? result
		      : setting_plan(&options, kmod_part.name, &wanted, steps, err);
}

/* A module that something uses by now stays: it is in nobody's way. Modules that go, too, do
 * not count. */
static bool is_used(const struct part_context *loaded, const char *name)
{
	_cleanup_names_ struct names holders = NAMES_INIT;
	char path[128];
	uint64_t users = 0, going = 0;

	snprintf(path, sizeof(path), "sys/module/%.64s/holders", name);
	names_read(&holders, loaded->root_fd, path);
	for (size_t i = 0; i < holders.count; i++)
		going += json_object_get(loaded->journal, holders.items[i]) != NULL;
	snprintf(path, sizeof(path), "sys/module/%.64s/refcnt", name);
	return file_read_u64(loaded->root_fd, path, &users, NULL) == 0 && users > going;
}

static int down_one(const struct part_context *loaded, const char *name,
		    struct steps *steps, struct err *err)
{
	if (!kmod_is_there(loaded->root_fd, name))
		return 0;
	if (!is_used(loaded, name))
		return plan_unload(loaded, name, steps, err);
	part_note(loaded, "module %s stays: it is in use", name);
	return 0;
}

/* Backwards, for what was loaded later may stand on what was before. */
static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	const struct part_context loaded = below(context, "loaded");
	const struct part_context options = below(context, "options");
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = setting_down(&options, kmod_part.name, steps, err);
	const char *name;
	json_t *entry;

	json_object_foreach(loaded.journal, name, entry)
	{
		if (!result && names_add(&names, name))
			result = err_sys(err, ENOMEM, "planning to unload %s", name);
	}
	for (size_t i = names.count; !result && i; i--)
		result = down_one(&loaded, names.items[i - 1], steps, err);
	if (!result)
		json_object_clear(loaded.journal);
	return result;
}

const struct part kmod_part = {
	.name = "modules",
	.help = "kernel modules",
	.plan = plan,
	.down = down,
};
