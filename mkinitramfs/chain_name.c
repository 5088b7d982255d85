/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chain_name.c: from a mount to its block device, and from a block device to a lasting
 * name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/names.h"
#include "mkinitramfs/chain_private.h"
#include "mkinitramfs/plan.h"

/* ---- mount to device ---- */

/* /dev/mapper/NAME: the device whose dm/name that is. */
static char *device_by_mapper_name(int root_fd, const char *name, struct err *err)
{
	static const char folder[] = "sys/class/block";
	_cleanup_names_ struct names names = NAMES_INIT;

	names_read(&names, root_fd, folder);
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_free_ char *link = format_text("%s/%s", folder, names.items[i]);
		_cleanup_free_ char *dm_name =
			link ? sysfs_attribute(root_fd, link, "dm/name") : NULL;

		if (dm_name && !strcmp(dm_name, name))
			return sysfs_link(root_fd, link, err);
	}
	err_set(err, ENOENT, "/dev/mapper/%s is not in sysfs", name);
	return NULL;
}

/* File systems with device numbers of their own (btrfs) tell their device by the mount's
 * source. */
static char *device_by_source(int root_fd, const struct mount *mount, struct err *err)
{
	_cleanup_free_ char *link = NULL, *node = NULL;

	if (!strncmp(mount->source, "/dev/mapper/", 12))
		return device_by_mapper_name(root_fd, mount->source + 12, err);
	if (!strncmp(mount->source, "/dev/", 5) &&
	    strcmp(mount->source, "/dev/root") != 0) {
		/* /dev/VG/LV is a link to the node. */
		node = sysfs_link_name(root_fd, "dev", mount->source + 5);
		link = format_text("sys/class/block/%s",
				   node ? node : strrchr(mount->source, '/') + 1);
		if (!link)
			chain_no_memory(err);
		return link ? sysfs_link(root_fd, link, err) : NULL;
	}
	err_set(err, ENOTSUP, "%s is %s (%s), which does not lie on a block device",
		mount->point, mount->fstype, mount->source);
	err_hint(err, "--mode generic makes an image that fits any machine; "
		      "--root DIR reads another system's /proc and /sys");
	return NULL;
}

char *chain_mount_device(int root_fd, const struct mount *mount, struct err *err)
{
	_cleanup_free_ char *link = NULL;

	if (!mount->major)
		return device_by_source(root_fd, mount, err);
	link = format_text("sys/dev/block/%u:%u", mount->major, mount->minor);
	if (!link) {
		chain_no_memory(err);
		return NULL;
	}
	return sysfs_link(root_fd, link, err);
}

/* ---- device to name ---- */

char *chain_device_spec(int root_fd, const char *dir, struct err *err)
{
	const char *name = strrchr(dir, '/') + 1;
	_cleanup_free_ char *dm_name = sysfs_attribute(root_fd, dir, "dm/name");
	_cleanup_free_ char *uuid = NULL;
	char *spec;

	if (!dm_name)
		uuid = chain_device_uuid(root_fd, dir);
	if (!dm_name && !uuid)
		log_warning(
			"the root's UUID was not found; the image will look for /dev/%s, whose "
			"name may change",
			name);
	spec = dm_name ? format_text("/dev/mapper/%s", dm_name)
	       : uuid  ? format_text("UUID=%s", uuid)
		       : format_text("/dev/%s", name);
	if (!spec)
		chain_no_memory(err);
	return spec;
}
