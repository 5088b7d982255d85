/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_listed.c: adds modules by the folder that they lie in. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/module_private.h"

static bool has_prefix_of(const char *path, const char *words)
{
	while (words && *words) {
		size_t length = strcspn(words, " ");

		if (!strncmp(path, words, length))
			return true;
		words += length;
		words += strspn(words, " ");
	}
	return false;
}

/* From "kernel/a/b-c.ko.xz" to "b_c". */
static char *module_name_of(const char *path, size_t length)
{
	const char *slash = memrchr(path, '/', length);
	const char *base = slash ? slash + 1 : path;
	const char *dot = memchr(base, '.', length - (size_t)(base - path));
	char *name = strndup(base,
			     dot ? (size_t)(dot - base) : length - (size_t)(base - path));

	if (name)
		module_name_normalize(name);
	return name;
}

/* The folder that a line of modules.dep is in, or NULL. */
static const struct module_folder *folder_of(const struct module_folder *folders,
					     size_t count, const char *line)
{
	if (strncmp(line, "kernel/", 7) != 0)
		return NULL;
	line += 7;
	for (size_t i = 0; i < count; i++)
		if (!strncmp(line, folders[i].folder, strlen(folders[i].folder)) &&
		    !has_prefix_of(line, folders[i].except))
			return &folders[i];
	return NULL;
}

static int add_listed(struct module_set *set, const struct module_folder *folders,
		      size_t count, const char *list, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	result = file_read(set->dir_fd, list, &text, err);
	if (result)
		return result;
	for (const char *line = text.text, *end; *line; line = *end ? end + 1 : end) {
		const struct module_folder *folder = folder_of(folders, count, line);
		_cleanup_free_ char *name = NULL;

		end = strchrnul(line, '\n');
		if (!folder)
			continue;
		name = module_name_of(line, strcspn(line, ":\n"));
		result = name ? module_set_add(set, name, 0, folder->reason, err)
			      : module_no_memory(err);
		if (result < 0)
			return result;
	}
	return 0;
}

/*
 * A module in updates/ that takes the place of one of the kernel's own is the only one of its
 * name in modules.dep, and dkms may have moved the other one away. modules.order, which
 * comes with the kernel, still has the place that it belongs to.
 */
int module_set_add_folders(struct module_set *set, const struct module_folder *folders,
			   size_t count, struct err *err)
{
	int result = add_listed(set, folders, count, "modules.dep", err);

	if (result || !file_exists(set->dir_fd, "modules.order"))
		return result;
	return add_listed(set, folders, count, "modules.order", err);
}
