/* SPDX-License-Identifier: GPL-2.0-or-later */
/* block_uuid.c: looks a file system's UUID up. */
#include <stdlib.h>
#include <string.h>

#include "lib/block_uuid.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/names.h"

/* The link in dev/disk/by-uuid that leads to the device. */
static char *by_link(int root_fd, const char *name)
{
	static const char folder[] = "dev/disk/by-uuid";
	_cleanup_names_ struct names names = NAMES_INIT;
	char target[512];

	names_read(&names, root_fd, folder);
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_free_ char *path = format_text("%s/%s", folder, names.items[i]);
		const char *slash;

		if (!path ||
		    file_read_link(root_fd, path, target, sizeof(target), NULL) <= 0)
			continue;
		slash = strrchr(target, '/');
		if (!strcmp(slash ? slash + 1 : target, name))
			return strdup(names.items[i]);
	}
	return NULL;
}

/* udev's database: a line "E:ID_FS_UUID=..." in run/udev/data/bMAJ:MIN. */
static char *by_database(int root_fd, const char *devno)
{
	static const char key[] = "\nE:ID_FS_UUID=";
	_cleanup_free_ char *path = format_text("run/udev/data/b%s", devno);
	_cleanup_strbuf_ struct strbuf text;
	const char *value;

	strbuf_init(&text, 0);
	if (!path || file_read(root_fd, path, &text, NULL))
		return NULL;
	value = strstr(text.text, key);
	if (!value)
		return NULL;
	value += sizeof(key) - 1;
	return strndup(value, strcspn(value, "\n"));
}

char *block_uuid(int root_fd, const char *name, const char *devno)
{
	char *uuid = by_link(root_fd, name);

	return uuid || !devno ? uuid : by_database(root_fd, devno);
}
