/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmod.c: asks sysfs and depmod's lists for modules. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/file.h"
#include "lib/kmod.h"
#include "lib/strbuf.h"

void kmod_kernel_name(const char *text, size_t length, char name[KMOD_NAME])
{
	snprintf(name, KMOD_NAME, "%.*s", (int)length, text);
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

void kmod_name_of_file(const char *path, size_t length, char name[KMOD_NAME])
{
	const char *slash = memrchr(path, '/', length);
	const char *file = slash ? slash + 1 : path;
	size_t whole = length - (size_t)(file - path), stem = strcspn(file, ".");

	kmod_kernel_name(file, stem < whole ? stem : whole, name);
}

/* A module a line; behind a colon what it stands on. */
static bool is_in_list(const char *list, const char *name)
{
	while (*list) {
		char other[KMOD_NAME];

		kmod_name_of_file(list, strcspn(list, ":\n"), other);
		if (!strcmp(other, name))
			return true;
		list += strcspn(list, "\n");
		list += *list == '\n';
	}
	return false;
}

/* `file`: "modules.builtin" or "modules.dep", see their manual pages. */
static bool is_listed(int root_fd, const char *file, const char *name)
{
	_cleanup_strbuf_ struct strbuf list;
	char path[256];
	struct utsname kernel;

	strbuf_init(&list, 0);
	uname(&kernel);
	snprintf(path, sizeof(path), "lib/modules/%s/%s", kernel.release, file);
	return file_read(root_fd, path, &list, NULL) == 0 && is_in_list(list.text, name);
}

bool kmod_is_there(int root_fd, const char *name)
{
	char path[128], plain[KMOD_NAME];

	kmod_kernel_name(name, strlen(name), plain);
	snprintf(path, sizeof(path), "sys/module/%s", plain);
	return file_exists(root_fd, path) || is_listed(root_fd, "modules.builtin", plain);
}

bool kmod_can_be_loaded(int root_fd, const char *name)
{
	char plain[KMOD_NAME];

	kmod_kernel_name(name, strlen(name), plain);
	return is_listed(root_fd, "modules.dep", plain);
}
