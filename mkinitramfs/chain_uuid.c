/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chain_uuid.c: the UUID of the file system on a block device, from whoever knows it. */
#include <blkid/blkid.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/block_uuid.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/chain_private.h"
#include "mkinitramfs/plan.h"

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
	_cleanup_free_ char *devno = sysfs_attribute(root_fd, dir, "dev");
	char *uuid = block_uuid(root_fd, name, devno);

	return uuid ? uuid : uuid_by_probe(root_fd, name);
}
