/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user.c: the numbers of users and groups. Read from the files, as a static program has
 * no other way (nsswitch's modules are shared objects). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/nearest.h"
#include "lib/user.h"

static bool is_number(const char *text, int64_t *id)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*id = strtoll(text, &end, 10);
	return !errno && !*end && *id < UINT32_MAX;
}

/* NAME:password:NUMBER:..., as in passwd(5) and group(5). The line is parted. */
static bool is_line_of(char *line, const char *name, int64_t *id, struct nearest *near)
{
	char *password = strchr(line, ':');
	char *number = password ? strchr(password + 1, ':') : NULL;
	char *end = number ? strchr(number + 1, ':') : NULL;

	if (!end)
		return false;
	*password = *end = '\0';
	if (strcmp(line, name) == 0)
		return is_number(number + 1, id);
	nearest_offer(near, line);
	return false;
}

static int find(int root_fd, const char *path, const char *kind, const char *name,
		int64_t *id, struct err *err)
{
	struct nearest near = { .word = name };
	_cleanup_strbuf_ struct strbuf text;
	char *rest, *line;
	int result;

	strbuf_init(&text, 0);
	*id = -1;
	if (!*name || is_number(name, id))
		return 0;
	result = file_read(root_fd, path, &text, err);
	if (result)
		return result;
	for (line = strtok_r(text.text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		if (is_line_of(line, name, id, &near))
			return 0;
	err_set(err, ENOENT, "there is no %s %.80s in /%s", kind, name, path);
	if (near.best)
		err_hint(err, "did you mean %s? A number is taken, too", near.best);
	else
		err_hint(err, "a number is taken, too");
	return -ENOENT;
}

int user_number(int root_fd, const char *name, int64_t *id, struct err *err)
{
	return find(root_fd, "etc/passwd", "user", name, id, err);
}

int group_number(int root_fd, const char *name, int64_t *id, struct err *err)
{
	return find(root_fd, "etc/group", "group", name, id, err);
}
