/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mounts.c: parses mountinfo. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/mount_text.h"
#include "lib/mounts.h"

enum { FIELD_DEVICE = 2, FIELD_SUBTREE, FIELD_POINT, FIELD_OPTIONAL = 6, FIELDS = 10 };

/* Parts a line into its fields, without the optional ones: those up to "-". */
static int mount_split(char *line, char **fields)
{
	int count = 0;

	for (char *word; count < FIELDS && (word = strsep(&line, " "));) {
		if (count == FIELD_OPTIONAL && strcmp(word, "-") != 0)
			continue;
		fields[count++] = word;
	}
	return count;
}

static int mount_parse(struct mount *mount, char *line, const char *point)
{
	char *fields[FIELDS];
	int count = mount_split(line, fields);
	struct mount found = { .point = NULL };

	if (count < FIELDS - 1)
		return 0;
	mount_text_decode(fields[FIELD_POINT]);
	if (strcmp(fields[FIELD_POINT], point) != 0 ||
	    sscanf(fields[FIELD_DEVICE], "%u:%u", &found.major, &found.minor) != 2)
		return 0;
	mount_text_decode(fields[FIELD_SUBTREE]);
	mount_text_decode(fields[FIELD_OPTIONAL + 2]);
	found.subtree = strdup(fields[FIELD_SUBTREE]);
	found.point = strdup(point);
	found.fstype = strdup(fields[FIELD_OPTIONAL + 1]);
	found.source = strdup(fields[FIELD_OPTIONAL + 2]);
	found.options = strdup(count == FIELDS ? fields[FIELD_OPTIONAL + 3] : "");
	mount_release(mount);
	*mount = found;
	return found.subtree && found.point && found.fstype && found.source &&
			       found.options
		       ? 1
		       : -ENOMEM;
}

int mount_find(struct mount *mount, const char *mountinfo, const char *point,
	       struct err *err)
{
	_cleanup_free_ char *copy = strdup(mountinfo);
	int found = 0;

	*mount = (struct mount){ .point = NULL };
	if (!copy)
		return err_sys(err, ENOMEM, "reading the mounts");
	for (char *next = copy, *line; (line = strsep(&next, "\n"));) {
		int result = mount_parse(mount, line, point);

		if (result < 0)
			return err_sys(err, -result, "reading the mounts");
		found |= result;
	}
	return found;
}

int mount_read_root(struct mount *root, int root_fd, struct strbuf *text, struct err *err)
{
	int result = file_read(root_fd, "proc/self/mountinfo", text, err);

	if (result)
		return result;
	result = mount_find(root, text->text, "/", err);
	if (!result)
		return err_set(err, ENOENT,
			       "proc/self/mountinfo: nothing is mounted on /");
	return result < 0 ? result : 0;
}

void mount_release(struct mount *mount)
{
	free(mount->subtree);
	free(mount->point);
	free(mount->fstype);
	free(mount->source);
	free(mount->options);
	*mount = (struct mount){ .point = NULL };
}
