/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.c: lists folders. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"

static int name_compare(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

int names_add(struct names *names, const char *name)
{
	char **more = reallocarray(names->items, names->count + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	names->items = more;
	more[names->count] = strdup(name);
	return more[names->count] ? (names->count++, 0) : -ENOMEM;
}

bool names_have(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->items[i], name))
			return true;
	return false;
}

int names_read(struct names *names, int root_fd, const char *dir)
{
	int fd = file_open_in_root(root_fd, dir, O_RDONLY | O_DIRECTORY, NULL);
	_cleanup_closedir_ DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;
	int result = 0;

	while (folder && !result && (item = readdir(folder)))
		if (item->d_name[0] != '.')
			result = names_add(names, item->d_name);
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), name_compare);
	return result;
}

void names_release(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct names)NAMES_INIT;
}
