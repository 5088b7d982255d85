/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place_mount.c: whether the folder of images is on the file system where it belongs. */
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/mounts.h"
#include "lib/place.h"

/* Whether a folder is the point or lies below it; everything lies below "/". */
static bool is_below(const char *folder, const char *point)
{
	size_t length = strlen(point);

	return !strncmp(folder, point, length) &&
	       (folder[length] == '/' || !folder[length]);
}

static bool is_mounted(const char *mountinfo, const char *point)
{
	_cleanup_mount_ struct mount mount = { .point = NULL };

	return mount_find(&mount, mountinfo, point, NULL) > 0;
}

static int check_table(const char *dir, FILE *table, const char *mountinfo,
		       struct err *err)
{
	struct mntent entry;
	char line[4096];

	while (getmntent_r(table, &entry, line, sizeof(line))) {
		if (!is_below(dir, entry.mnt_dir) || is_mounted(mountinfo, entry.mnt_dir))
			continue;
		err_set(err, ENOENT,
			"%s is not mounted, where /etc/fstab has it: an image would "
			"not be found at the next boot",
			entry.mnt_dir);
		err_hint(err, "mount %s", entry.mnt_dir);
		return -ENOENT;
	}
	return 0;
}

int place_check_mounted(const char *dir, int root_fd, struct err *err)
{
	int fd = file_open_in_root(root_fd, "etc/fstab", O_RDONLY, NULL);
	_cleanup_fclose_ FILE *table = fd < 0 ? NULL : fdopen(fd, "r");
	_cleanup_strbuf_ struct strbuf mountinfo;

	strbuf_init(&mountinfo, 0);
	if (!table)
		return 0;
	/* A tree that does not run has nothing mounted. */
	if (file_read(root_fd, "proc/self/mountinfo", &mountinfo, NULL))
		return 0;
	return check_table(dir, table, mountinfo.text, err);
}
