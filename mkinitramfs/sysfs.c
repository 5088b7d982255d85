/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysfs.c: reads attributes and links of sysfs below a root. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/chain_private.h"
#include "mkinitramfs/plan.h"

enum { ATTRIBUTE_MAX = 4096 };

/* Takes "." and ".." out of a relative path, in place. */
static void path_flatten(char *path)
{
	char *out = path;

	for (char *next = path, *word; (word = strsep(&next, "/"));) {
		if (!*word || !strcmp(word, "."))
			continue;
		if (!strcmp(word, "..")) {
			while (out > path && *--out != '/')
				;
			continue;
		}
		if (out > path)
			*out++ = '/';
		memmove(out, word, strlen(word));
		out += strlen(word);
	}
	*out = '\0';
}

char *sysfs_link(int root_fd, const char *path, struct err *err)
{
	char target[PATH_MAX];
	const char *slash = strrchr(path, '/');
	char *joined;

	if (file_read_link(root_fd, path, target, sizeof(target), err) < 0)
		return NULL;
	if (target[0] == '/' || !slash)
		joined = strdup(target);
	else
		joined = format_text("%.*s/%s", (int)(slash - path), path, target);
	if (joined)
		path_flatten(joined);
	else
		chain_no_memory(err);
	return joined;
}

char *sysfs_attribute(int root_fd, const char *dir, const char *name)
{
	_cleanup_free_ char *path = format_text("%s/%s", dir, name);
	char line[ATTRIBUTE_MAX];

	if (!path || file_read_line(root_fd, path, line, sizeof(line), NULL) < 0)
		return NULL;
	return strdup(line);
}

char *sysfs_link_name(int root_fd, const char *dir, const char *name)
{
	_cleanup_free_ char *path = format_text("%s/%s", dir, name);
	char target[PATH_MAX];
	const char *slash;

	if (!path || file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		return NULL;
	slash = strrchr(target, '/');
	return strdup(slash ? slash + 1 : target);
}
