/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chain_uuid.c: the UUID of the file system on a block device, from whoever knows it. */
#include <blkid/blkid.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "mkinitramfs/chain_private.h"
#include "mkinitramfs/plan.h"

/* The link in dev/disk/by-uuid that leads to the device. */
static char *uuid_by_link(int root_fd, const char *name)
{
	static const char by_uuid[] = "dev/disk/by-uuid";
	_cleanup_names_ struct names names = NAMES_INIT;

	names_read(&names, root_fd, by_uuid);
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_free_ char *target =
			sysfs_link_name(root_fd, by_uuid, names.items[i]);

		if (target && !strcmp(target, name))
			return strdup(names.items[i]);
	}
	return NULL;
}

/* udev's database: a line "E:ID_FS_UUID=..." in run/udev/data/bMAJ:MIN. */
static char *uuid_by_udev(int root_fd, const char *dir)
{
	static const char key[] = "\nE:ID_FS_UUID=";
	_cleanup_free_ char *devno = sysfs_attribute(root_fd, dir, "dev");
	_cleanup_free_ char *path =
		devno ? format_text("run/udev/data/b%s", devno) : NULL;
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

/* The file system itself, where its device can be opened. */
static char *uuid_by_probe(int root_fd, const char *name)
{
	_cleanup_free_ char *path = format_text("dev/%s", name);
	_cleanup_close_ int fd = path ? file_open(root_fd, path, O_RDONLY, NULL) : -1;
	blkid_probe probe = fd < 0 ? NULL : blkid_new_probe();
	const char *value = NULL;
	char *uuid = NULL;

	if (probe && !blkid_probe_set_device(probe, fd, 0, 0)) {
		blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_UUID);
		if (!blkid_do_safeprobe(probe) &&
		    !blkid_probe_lookup_value(probe, "UUID", &value, NULL))
			uuid = strdup(value);
	}
	blkid_free_probe(probe);
	return uuid;
}

char *chain_device_uuid(int root_fd, const char *dir)
{
	const char *name = strrchr(dir, '/') + 1;
	char *uuid = uuid_by_link(root_fd, name);

	if (!uuid)
		uuid = uuid_by_udev(root_fd, dir);
	return uuid ? uuid : uuid_by_probe(root_fd, name);
}
