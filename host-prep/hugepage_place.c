/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugepage_place.c: mounts hugetlbfs and takes it away again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "host-prep/hugepage_place.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"

const char hugepage_fstype[] = "hugetlbfs";

void hugepage_place_free(void *data)
{
	struct hugepage_place *place = data;

	if (!place)
		return;
	free(place->point);
	free(place->options);
	free(place);
}

struct hugepage_place *hugepage_place_new(const struct part_context *context,
					  const char *point)
{
	struct hugepage_place *place = calloc(1, sizeof(*place));

	if (!place)
		return NULL;
	place->root_fd = context->root_fd;
	place->point = strdup(point);
	if (place->point)
		return place;
	hugepage_place_free(place);
	return NULL;
}

/* The folder that a path is in, and behind it the path's last part. */
static int open_above(const struct hugepage_place *place, const char *point,
		      const char **name, struct err *err)
{
	const char *slash = strrchr(point, '/');
	_cleanup_free_ char *above = strndup(point, (size_t)(slash - point) + 1);

	*name = slash + 1;
	if (!above)
		return err_sys(err, ENOMEM, "opening the folder of %s", point);
	return file_open_in_root(place->root_fd, above, O_PATH | O_DIRECTORY, err);
}

/* Those that were made for it, as far as nothing else has come into them. */
static void remove_folders(const struct hugepage_place *place)
{
	_cleanup_free_ char *point = strdup(place->point);

	for (unsigned i = 0; point && i < place->made; i++) {
		const char *name;
		_cleanup_close_ int fd = open_above(place, point, &name, NULL);

		if (fd < 0 || unlinkat(fd, name, AT_REMOVEDIR) < 0)
			return;
		*strrchr(point, '/') = '\0';
	}
}

static int mount_on(const struct hugepage_place *place, struct err *err)
{
	_cleanup_close_ int fd =
		file_make_dirs_in_root(place->root_fd, place->point, err);
	char path[64];

	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (mount(hugepage_fstype, path, hugepage_fstype, MS_NOSUID | MS_NODEV,
		  place->options) < 0)
		return err_sys(err, errno, "mounting %s with %s", hugepage_fstype,
			       place->options);
	return 0;
}

int hugepage_run_mount(const struct step *step, struct err *err)
{
	const struct hugepage_place *place = step->data;
	int result = mount_on(place, err);

	if (result)
		remove_folders(place);
	return result;
}

/* By the folder above it: a descriptor of the mount itself would keep it busy. A guest's
 * files do, too, and so it stays then. */
int hugepage_run_unmount(const struct step *step, struct err *err)
{
	const struct hugepage_place *place = step->data;
	const char *name;
	_cleanup_close_ int fd = open_above(place, place->point, &name, err);
	_cleanup_free_ char *path = NULL;

	if (fd < 0)
		return fd;
	path = format_text("/proc/self/fd/%d/%s", fd, name);
	if (!path || umount2(path, UMOUNT_NOFOLLOW) < 0) {
		err_sys(err, path ? errno : ENOMEM, "unmounting it");
		return err_hint(err,
				"guests that have memory from there have to be stopped");
	}
	remove_folders(place);
	return 0;
}

int hugepage_run_remove_folders(const struct step *step, struct err *err)
{
	(void)err;
	remove_folders(step->data);
	return 0;
}

static int set_owner(const struct hugepage_place *place,
		     const struct hugepage_owner *owner, struct err *err)
{
	_cleanup_close_ int fd = file_open_in_root(place->root_fd, place->point,
						   O_RDONLY | O_DIRECTORY, err);

	if (fd < 0)
		return fd;
	if (fchown(fd, owner->user, owner->group) < 0 || fchmod(fd, owner->mode) < 0)
		return err_sys(err, errno, "changing its owner");
	return 0;
}

int hugepage_run_owner(const struct step *step, struct err *err)
{
	const struct hugepage_place *place = step->data;

	return set_owner(place, &place->after, err);
}

int hugepage_undo_owner(const struct step *step, struct err *err)
{
	const struct hugepage_place *place = step->data;

	return set_owner(place, &place->before, err);
}
