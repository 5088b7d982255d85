/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysctl.c: the part "sysctl": the kernel's settings below /proc/sys. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/setting.h"
#include "host-prep/sysctl.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/origin.h"

static const char folder[] = "proc/sys/";

int sysctl_path(const char *name, size_t length, char *path, size_t size)
{
	const char *separator = memchr(name, '.', length);
	const char *slash = memchr(name, '/', length);
	char *at = path + strlen(folder);

	if (strlen(folder) + length >= size)
		return -ENAMETOOLONG;
	memcpy(path, folder, strlen(folder));
	for (size_t i = 0; i < length; i++) {
		bool swap = separator && (!slash || separator < slash);

		*at++ = (char)(!swap            ? name[i]
			       : name[i] == '.' ? '/'
			       : name[i] == '/' ? '.'
						: name[i]);
	}
	*at = '\0';
	return 0;
}

/* Follows the parts from `at` on, which stand behind `done` in the path. */
static int expand(int root_fd, const char *done, const char *at, struct names *paths)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	size_t length = strcspn(at, "/");
	char part[256];
	int result;

	if (length >= sizeof(part))
		return 0;
	memcpy(part, at, length);
	part[length] = '\0';
	result = strpbrk(part, "*?[") ? names_read(&names, root_fd, done)
				      : names_add(&names, part);
	for (size_t i = 0; !result && i < names.count; i++) {
		_cleanup_free_ char *path = format_text("%s/%s", done, names.items[i]);

		if (!path)
			return -ENOMEM;
		if (strcmp(part, names.items[i]) && fnmatch(part, names.items[i], 0))
			continue;
		if (at[length])
			result = expand(root_fd, path, at + length + 1, paths);
		else if (file_exists(root_fd, path))
			result = names_add(paths, path);
	}
	return result;
}

int sysctl_expand(int root_fd, const char *pattern, struct names *paths)
{
	char top[sizeof(folder)];

	memcpy(top, folder, sizeof(folder));
	top[sizeof(folder) - 2] = '\0'; /* without its slash */
	return expand(root_fd, top, pattern + strlen(folder), paths);
}

/* The name that people know: dots, unless a part of the path has some. */
static void name_of(const char *path, char *name, size_t size)
{
	const char *rest = path + strlen(folder);

	snprintf(name, size, "%s", rest);
	if (strchr(rest, '.'))
		return;
	for (char *at = name; *at; at++)
		if (*at == '/')
			*at = '.';
}

static int want_path(struct settings_wanted *wanted, const struct setting *like,
		     const char *path, struct err *err)
{
	char name[512];
	struct setting setting = *like;

	name_of(path, name, sizeof(name));
	setting.name = name;
	setting.path = (char *)path;
	return setting_want(wanted, &setting, err);
}

static int want_pattern(const struct part_context *context,
			struct settings_wanted *wanted, const struct setting *like,
			const char *pattern, struct err *err)
{
	_cleanup_names_ struct names paths = NAMES_INIT;
	int result = 0;

	if (sysctl_expand(context->root_fd, pattern, &paths))
		return err_sys(err, ENOMEM, "planning %s", pattern);
	if (!paths.count)
		part_note(context, "%s: there is no such setting (%s)",
			  pattern + strlen(folder), like->origin);
	for (size_t i = 0; !result && i < paths.count; i++)
		result = want_path(wanted, like, paths.items[i], err);
	return result;
}

static int want_item(const struct part_context *context, size_t item,
		     struct settings_wanted *wanted, struct err *err)
{
	const char *text = context->host->sysctl.set.items[item];
	struct setting setting = { .optional = *text == '-', .lenient = *text == '-' };
	const char *name = text + setting.optional, *equals = strchr(name, '=');
	char path[512];

	origin_item_text(context->conf, "Sysctl", "Set", 0, item, setting.origin,
			 sizeof(setting.origin));
	setting.value = (char *)equals + 1;
	if (sysctl_path(name, (size_t)(equals - name), path, sizeof(path)))
		return err_set(err, ENAMETOOLONG, "%s: \"%s\" is too long",
			       setting.origin, name);
	if (strpbrk(path, "*?["))
		return want_pattern(context, wanted, &setting, path, err);
	return want_path(wanted, &setting, path, err);
}

static int plan(const struct part_context *context, struct steps *steps, struct err *err)
{
	_cleanup_wanted_ struct settings_wanted wanted = SETTINGS_WANTED_INIT;
	int result = 0;

	for (size_t i = 0; !result && i < context->host->sysctl.set.count; i++)
		result = want_item(context, i, &wanted, err);
	return result ? result
		      : setting_plan(context, sysctl_part.name, &wanted, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	return setting_down(context, sysctl_part.name, steps, err);
}

const struct part sysctl_part = {
	.name = "sysctl",
	.help = "the kernel's settings below /proc/sys",
	.plan = plan,
	.down = down,
	.drops_entries = true,
};
