/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program_find.c: looks a program up. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/format_text.h"
#include "lib/program_find.h"

static char *find_in(const char *folders, const char *name)
{
	while (folders && *folders) {
		size_t length = strcspn(folders, ":");
		char *path = length ? format_text("%.*s/%s", (int)length, folders, name)
				    : NULL;

		if (path && !access(path, X_OK))
			return path;
		free(path);
		folders += length;
		folders += *folders == ':';
	}
	return NULL;
}

char *program_find(const char *name)
{
	char *path = find_in(getenv("PATH"), name);

	return path ? path : find_in("/usr/sbin:/sbin:/usr/local/sbin", name);
}
