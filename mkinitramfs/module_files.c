/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_files.c: module entries, restricted indices and modules.plan. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/module_files.h"
#include "mkinitramfs/unpack.h"

static const char index_reason[] = "index of the modules inside";

static bool set_has(const struct module_set *set, const char *name, size_t length)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct module *module = &set->items[i];

		if (module->path && !strncmp(module->name, name, length) &&
		    !module->name[length])
			return true;
	}
	return false;
}

/* ---- the plan ---- */

static bool comes_before(const struct module *module, size_t index)
{
	for (size_t i = 0; i < module->before_count; i++)
		if (module->before[i] == index)
			return true;
	return false;
}

/* Whether another one of the module's predecessors waits for this one anyway. */
static bool is_implied(const struct module_set *set, const struct module *module,
		       size_t index)
{
	for (size_t i = 0; i < module->before_count; i++)
		if (module->before[i] != index && set->items[module->before[i]].path &&
		    comes_before(&set->items[module->before[i]], index) &&
		    !comes_before(&set->items[index], module->before[i]))
			return true;
	return false;
}

static void plan_line_after(const struct module_set *set, const struct module *module,
			    const ssize_t *position, struct strbuf *out)
{
	bool any = false;

	for (size_t i = 0; i < module->before_count; i++) {
		size_t before = module->before[i];

		/* -1: built in, or part of a circle of softdeps */
		if (position[before] < 0 || is_implied(set, module, before))
			continue;
		strbuf_addf(out, "%s%zd", any ? "," : " ", position[before]);
		any = true;
	}
	if (!any)
		strbuf_adds(out, " -");
}

static void plan_line_options(const struct module_set *set, const struct module *module,
			      struct strbuf *out)
{
	const struct modprobe_line *line = NULL;

	while ((line = modprobe_conf_next(&set->conf, "options", module->name, line)))
		strbuf_addf(out, " %s", line->rest);
}

static void plan_lines(const struct module_set *set, unsigned flag, const size_t *order,
		       size_t count, ssize_t *position, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf path;
	ssize_t lines = 0;

	strbuf_init(&path, 0);
	for (size_t i = 0; i < set->count; i++)
		position[i] = -1;
	for (size_t i = 0; i < count; i++) {
		const struct module *module = &set->items[order[i]];

		if (!(module->flags & flag))
			continue;
		strbuf_adds(out, module_plain_path(module->path, &path));
		plan_line_after(set, module, position, out);
		plan_line_options(set, module, out);
		strbuf_addc(out, '\n');
		position[order[i]] = lines++;
	}
}

int module_plan_text(const struct module_set *set, unsigned flag, struct strbuf *out,
		     struct err *err)
{
	_cleanup_free_ ssize_t *position = calloc(set->count + 1, sizeof(*position));
	_cleanup_free_ size_t *order = NULL;
	size_t count;
	int result;

	if (!position)
		return err_sys(err, ENOMEM, "planning the modules");
	result = module_set_order(set, &order, &count, err);
	if (result)
		return result;
	strbuf_adds(out, "# module, the lines (from 0) to wait for, options\n");
	plan_lines(set, flag, order, count, position, out);
	return 0;
}

/* ---- the indices ---- */

/* Copies the paths of a modules.dep line without their compression's suffixes. */
static void dep_line(const char *line, const char *end, struct strbuf *out)
{
	while (line < end) {
		size_t word = strcspn(line, ": \n");
		_cleanup_free_ char *path = strndup(line, word);
		size_t length = word;

		if (path)
			unpack_suffix(path, &length);
		strbuf_add(out, line, length);
		line += word;
		if (line < end)
			strbuf_addc(out, *line++);
	}
	strbuf_addc(out, '\n');
}

static bool dep_wanted(const struct module_set *set, const char *line, const char *end)
{
	size_t path = strcspn(line, ":\n");

	(void)end;
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].path && !strncmp(set->items[i].path, line, path) &&
		    !set->items[i].path[path])
			return true;
	return false;
}

/* "alias PATTERN MODULE" */
static bool alias_wanted(const struct module_set *set, const char *line, const char *end)
{
	const char *blank = memrchr(line, ' ', (size_t)(end - line));

	return line[0] != '#' && blank &&
	       set_has(set, blank + 1, (size_t)(end - blank - 1));
}

/* "softdep MODULE ..." */
static bool softdep_wanted(const struct module_set *set, const char *line,
			   const char *end)
{
	const char *name = memchr(line, ' ', (size_t)(end - line));

	return line[0] != '#' && name && set_has(set, name + 1, strcspn(name + 1, " \n"));
}

static bool all_wanted(const struct module_set *set, const char *line, const char *end)
{
	(void)set;
	(void)line;
	(void)end;
	return true;
}

static void plain_line(const char *line, const char *end, struct strbuf *out)
{
	strbuf_add(out, line, (size_t)(end - line));
	strbuf_addc(out, '\n');
}

/* A line of modules.order may name the file as it was before its compression. */
static bool order_wanted(const struct module_set *set, const char *line, const char *end)
{
	size_t length = (size_t)(end - line);

	for (size_t i = 0; i < set->count; i++) {
		const char *path = set->items[i].path;

		if (path && !strncmp(path, line, length) &&
		    (!path[length] || path[length] == '.'))
			return true;
	}
	return false;
}

struct index_file {
	const char *name;
	bool (*wanted)(const struct module_set *set, const char *line, const char *end);
	void (*write)(const char *line, const char *end, struct strbuf *out);
};

static const struct index_file index_files[] = {
	{ "modules.dep", dep_wanted, dep_line },
	{ "modules.alias", alias_wanted, plain_line },
	{ "modules.softdep", softdep_wanted, plain_line },
	{ "modules.order", order_wanted, dep_line },
	{ "modules.builtin", all_wanted, plain_line },
};

static int index_add(struct plan *plan, const struct module_set *set,
		     const struct index_file *file, struct err *err)
{
	_cleanup_free_ char *path =
		format_text("lib/modules/%s/%s", set->version, file->name);
	_cleanup_strbuf_ struct strbuf text, out;
	int result = 0;

	strbuf_init(&text, 0);
	strbuf_init(&out, 0);
	if (!path)
		return err_sys(err, ENOMEM, "planning the modules");
	if (file_exists(set->dir_fd, file->name))
		result = file_read(set->dir_fd, file->name, &text, err);
	if (result)
		return result;
	for (const char *line = text.text, *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (end > line && file->wanted(set, line, end))
			file->write(line, end, &out);
	}
	plan_add_text(plan, path, 0644, &out, index_reason);
	return 0;
}

/* ---- modprobe.d ---- */

static void modprobe_lines(const struct module_set *set, struct strbuf *out)
{
	static const char *const commands[] = { "options", "blacklist", "softdep" };

	for (size_t i = 0; i < set->conf.count; i++) {
		const struct modprobe_line *line = &set->conf.lines[i];

		if (line->system || !set_has(set, line->name, strlen(line->name)))
			continue;
		for (size_t j = 0; j < ARRAY_SIZE(commands); j++)
			if (!strcmp(commands[j], line->command))
				strbuf_addf(out, "%s %s%s%s\n", line->command, line->name,
					    *line->rest ? " " : "", line->rest);
	}
}

/* Keyboards' drivers: /init asks for them by name before it opens a shell. */
static void keyboard_lines(const struct module_set *set, struct strbuf *out)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].path && (module_is_late(&set->items[i]) ||
					   set->items[i].flags & MODULE_KEYBOARD))
			strbuf_addf(out, "%s\n", set->items[i].name);
}

/* ---- all of it ---- */

static int module_add_one(struct plan *plan, const struct module_set *set,
			  const struct module *module)
{
	_cleanup_strbuf_ struct strbuf plain;
	_cleanup_free_ char *path = NULL, *source = NULL;

	strbuf_init(&plain, 0);
	module_plain_path(module->path, &plain);
	path = format_text("lib/modules/%s/%s", set->version, plain.text);
	source = format_text("%s/%s", set->dir, module->path);
	if (!path || !source)
		return -ENOMEM;
	plan->late = module_is_late(module);
	plan_add_module(plan, path, set->root_fd, source,
			plain.length != strlen(module->path), set->unsign,
			module->reason);
	plan->late = false;
	return 0;
}

static bool set_has_flag(const struct module_set *set, unsigned flag)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].path && set->items[i].flags & flag)
			return true;
	return false;
}

static int plan_file_add(struct plan *plan, const struct module_set *set, unsigned flag,
			 const char *path, const char *reason, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	result = module_plan_text(set, flag, &text, err);
	if (!result)
		plan_add_text(plan, path, 0644, &text, reason);
	return result;
}

int module_files_add(struct plan *plan, const struct module_set *set, struct err *err)
{
	_cleanup_strbuf_ struct strbuf conf, keyboards;
	int result = 0;

	strbuf_init(&keyboards, 0);
	strbuf_init(&conf, 0);
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].path && module_add_one(plan, set, &set->items[i]))
			return err_sys(err, ENOMEM, "planning the modules");
	for (size_t i = 0; !result && i < ARRAY_SIZE(index_files); i++)
		result = index_add(plan, set, &index_files[i], err);
	if (!result)
		result = plan_file_add(
			plan, set, MODULE_AT_ONCE, "etc/bedplate/modules.plan",
			"which modules /init loads at once, in order", err);
	if (!result && set_has_flag(set, MODULE_VFIO))
		result = plan_file_add(
			plan, set, MODULE_VFIO, "etc/bedplate/vfio.plan",
			"which modules /init loads for passed-through devices", err);
	if (result)
		return result;
	keyboard_lines(set, &keyboards);
	plan->late = true;
	if (keyboards.length)
		plan_add_text(plan, "etc/bedplate/keyboards.list", 0644, &keyboards,
			      "which modules /init loads where somebody may type");
	plan->late = false;
	modprobe_lines(set, &conf);
	if (conf.length)
		plan_add_text(plan, "etc/modprobe.d/bedplate.conf", 0644, &conf,
			      "modprobe.d's lines about the modules inside");
	return 0;
}
