/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmod_load.c: the steps by which modules come and go.
 *
 * Loading is left to the system's modprobe, which knows modprobe.d(5), compression and
 * signatures. It is not asked where sysfs or modules.builtin says that all is there already.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "host-prep/kmod.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/origin.h"
#include "lib/process.h"

enum { MODPROBE_MS = 60000 };

/* Whether "MODULE.OPTION=VALUE" is about the module; then *option is behind the dot. */
static bool is_about(const char *text, const char *module, const char **option)
{
	char name[KMOD_NAME];
	size_t length = strcspn(text, ".");

	kmod_kernel_name(text, length, name);
	*option = text + length + 1;
	return !strcmp(name, module);
}

struct load {
	int root_fd, lock_fd;
	char **argv; /* of modprobe */
	size_t count;
	struct names brought; /* what comes with it, last what the others stand on */
};

static void load_free(void *data)
{
	struct load *load = data;

	if (!load)
		return;
	for (size_t i = 0; load->argv && i < load->count; i++)
		free(load->argv[i]);
	free(load->argv);
	names_release(&load->brought);
	free(load);
}

int kmod_run(const char *const *argv, int lock_fd, struct err *err)
{
	struct process process = { .argv = argv,
				   .timeout_ms = MODPROBE_MS,
				   .held_fd = lock_fd };

	return process_run_quiet(&process, err);
}

/* This one alone: modprobe -r also takes what it stands on, whoever has loaded that. */
static int unload(const struct load *load, const char *name, struct err *err)
{
	const char *const argv[] = { "rmmod", name, NULL };

	return kmod_run(argv, load->lock_fd, err);
}

/* What came with it goes, unless another stands on it by now. */
static void unload_brought(const struct load *load)
{
	for (size_t i = 0; i < load->brought.count; i++)
		if (kmod_is_there(load->root_fd, load->brought.items[i]))
			unload(load, load->brought.items[i], NULL);
}

/* modprobe leaves what a module stands on where that does not load itself. */
static int load_run(const struct step *step, struct err *err)
{
	const struct load *load = step->data;
	int result = kmod_run((const char *const *)load->argv, load->lock_fd, err);

	if (result)
		unload_brought(load);
	return result;
}

static int load_undo(const struct step *step, struct err *err)
{
	const struct load *load = step->data;
	int result = 0;

	if (kmod_is_there(load->root_fd, load->argv[1]))
		result = unload(load, load->argv[1], err);
	if (!result)
		unload_brought(load);
	return result;
}

/* "modprobe", the name and its options. */
static struct load *load_new(const struct part_context *context, const char *name)
{
	const size_t most = context->host->kernel_modules.options.count + 3;
	struct load *load = calloc(1, sizeof(*load));
	const char *option;
	bool whole;

	if (load) {
		load->root_fd = context->root_fd;
		load->lock_fd = context->lock_fd;
		load->argv = calloc(most, sizeof(*load->argv));
	}
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

/* Behind the colon of the line that modules.dep(5) has of a module; NULL. */
static const char *find_in_dep(const char *text, const char *name)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *colon = text + strcspn(text, ":\n");
		char other[KMOD_NAME];

		kmod_name_of_file(text, (size_t)(colon - text), other);
		if (*colon == ':' && !strcmp(other, name))
			return colon + 1;
	}
	return NULL;
}

/* modprobe loads what a module stands on, too; what of it is not there yet goes with it. */
static int note_dependencies(const struct part_context *context, const char *name,
			     struct names *brought)
{
	_cleanup_strbuf_ struct strbuf text;
	struct utsname kernel;
	char path[256], other[KMOD_NAME];
	const char *at;

	strbuf_init(&text, 0);
	uname(&kernel);
	snprintf(path, sizeof(path), "lib/modules/%s/modules.dep", kernel.release);
	if (file_read(context->root_fd, path, &text, NULL))
		return 0;
	at = find_in_dep(text.text, name);
	while (at && *(at += strspn(at, " "))) {
		size_t length = strcspn(at, " \n");

		if (!length)
			break;
		kmod_name_of_file(at, length, other);
		at += length;
		if (kmod_is_there(context->root_fd, other))
			continue;
		if (names_add(brought, other))
			return -ENOMEM;
		if (!json_object_get(context->journal, other))
			json_object_set_new(context->journal, other,
					    json_pack("{s:s}", "for", name));
	}
	return 0;
}

/* Whether an item before this one names the same module. */
static bool is_planned(const struct part_context *context, size_t item, const char *name)
{
	char other[KMOD_NAME];

	for (size_t i = 0; i < item; i++) {
		const char *text = context->host->kernel_modules.load.items[i];

		kmod_kernel_name(text, strlen(text), other);
		if (!strcmp(other, name))
			return true;
	}
	return false;
}

int kmod_plan_load(const struct part_context *context, size_t item, struct steps *steps,
		   struct err *err)
{
	const char *text = context->host->kernel_modules.load.items[item];
	_cleanup_strbuf_ struct strbuf options;
	char name[KMOD_NAME], origin[160];
	struct load *load;

	strbuf_init(&options, 0);
	kmod_kernel_name(text, strlen(text), name);
	if (kmod_is_there(context->root_fd, name) || is_planned(context, item, name))
		return 0;
	load = load_new(context, name);
	if (!load || note_dependencies(context, name, &load->brought)) {
		load_free(load);
		return err_sys(err, ENOMEM, "planning to load %s", name);
	}
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

struct gone {
	int root_fd;
	struct load *load; /* for undoing */
};

static void gone_free(void *data)
{
	struct gone *gone = data;

	if (gone)
		load_free(gone->load);
	free(gone);
}

static int unload_run(const struct step *step, struct err *err)
{
	const struct gone *gone = step->data;
	const char *name = gone->load->argv[1];

	return kmod_is_there(gone->root_fd, name) ? unload(gone->load, name, err) : 0;
}

static int unload_undo(const struct step *step, struct err *err)
{
	const struct gone *gone = step->data;

	return kmod_run((const char *const *)gone->load->argv, gone->load->lock_fd, err);
}

int kmod_plan_unload(const struct part_context *context, const char *name,
		     struct steps *steps, struct err *err)
{
	struct gone *gone = calloc(1, sizeof(*gone));

	if (gone)
		gone->load = load_new(context, name);
	if (!gone || !gone->load) {
		gone_free(gone);
		return err_sys(err, ENOMEM, "planning to unload %s", name);
	}
	gone->root_fd = context->root_fd;
	steps_addf(steps,
		   &(struct step){ .part = kmod_part.name,
				   .action = STEP_REMOVE,
				   .run = unload_run,
				   .undo = unload_undo,
				   .data = gone,
				   .release_data = gone_free },
		   "module %s", name);
	return 0;
}
