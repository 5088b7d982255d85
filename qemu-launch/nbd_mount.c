/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nbd_mount.c: whether a network block device is mounted, and what is where it should be. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "qemu-launch/nbd.h"

/* A root that is no machine has the running one's mounts. */
static int read_mounts(int root_fd, struct strbuf *text, struct err *err)
{
	static const char path[] = "proc/self/mountinfo";
	_cleanup_close_ int own_fd = -1;

	strbuf_init(text, 0);
	if (file_exists(root_fd, path))
		return file_read(root_fd, path, text, err);
	own_fd = file_open_root("/", err);
	return own_fd < 0 ? own_fd : file_read(own_fd, path, text, err);
}

int nbd_find_mount(int root_fd, const char *folder, struct mount *mount, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result = read_mounts(root_fd, &text, err);

	*mount = (struct mount){ .point = NULL };
	return result ? result : mount_find(mount, text.text, folder, err);
}

/* Whether the name behind a slash is the device's or a part's of it: "nbd1" and "nbd1p2" are nbd1's, nbd10 is not. */
static bool is_of_device(const char *name, const char *device)
{
	size_t length = strlen(device);

	return !strncmp(name, device, length) &&
	       !strchr("0123456789", name[length] ? name[length] : 'x');
}

/* As the source of any line: " - TYPE /dev/nbd1p2 OPTIONS". */
static bool has_source(const char *mountinfo, const char *device)
{
	for (const char *at = mountinfo; (at = strstr(at, "/dev/nbd")); at++)
		if (is_of_device(at + strlen("/dev/"), device))
			return true;
	return false;
}

int nbd_is_mounted(int root_fd, const char *device, const char *folder, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	_cleanup_mount_ struct mount mount = { .point = NULL };
	const char *name;
	int result = read_mounts(root_fd, &text, err);

	if (!result)
		result = mount_find(&mount, text.text, folder, err);
	if (result < 0)
		return result;
	name = result ? strrchr(mount.source, '/') : NULL;
	if (name && is_of_device(name + 1, device))
		return 1;
	if (!has_source(text.text, device))
		return 0;
	if (result)
		return err_set(err, EBUSY, "%s is mounted over it", mount.source);
	return err_set(err, EBUSY, "/dev/%s is mounted elsewhere", device);
}
