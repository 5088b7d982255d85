/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_node.c: device nodes and udev's record of an activated volume. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init/clock.h"
#include "init/lvm_node.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/strbuf.h"

/* udev's own form of these names is a link to the kernel's node. */
static void make_link(int root_fd, const char *path, const struct device *device)
{
	char target[DEVICE_NAME_MAX + 8];

	if (faccessat(root_fd, path, F_OK, 0) == 0)
		return;
	snprintf(target, sizeof(target), "../%s", device->node);
	if (symlinkat(target, root_fd, path) < 0 && errno != EEXIST)
		log_warning("/%s: %s", path, strerror(errno));
}

static void make_links(int root_fd, const char *group, const char *volume,
		       const struct device *device)
{
	char path[2 * SPEC_NAME_MAX + 16];

	file_make_dirs(root_fd, "dev/mapper", NULL);
	snprintf(path, sizeof(path), "dev/mapper/%s", device->dm_name);
	make_link(root_fd, path, device);
	snprintf(path, sizeof(path), "dev/%s", group);
	file_make_dirs(root_fd, path, NULL);
	snprintf(path, sizeof(path), "dev/%s/%s", group, volume);
	make_link(root_fd, path, device);
}

static void write_record(int root_fd, const char *group, const char *volume,
			 const struct device *device, const char *uuid)
{
	_cleanup_strbuf_ struct strbuf record;
	_cleanup_close_ int fd = -1;
	char path[64];

	strbuf_init(&record, 0);
	strbuf_addf(&record, "S:mapper/%s\nS:%s/%s\n", device->dm_name, group, volume);
	strbuf_addf(&record, "I:%lld\n", (long long)clock_us());
	strbuf_addf(&record, "E:DM_NAME=%s\nE:DM_UUID=%s\n", device->dm_name, uuid);
	strbuf_addf(&record, "E:DM_VG_NAME=%s\nE:DM_LV_NAME=%s\n", group, volume);
	strbuf_adds(&record, "E:DM_UDEV_PRIMARY_SOURCE_FLAG=1\n");
	strbuf_adds(&record, "G:systemd\nQ:systemd\nV:1\n");
	file_make_dirs(root_fd, "run/udev/data", NULL);
	snprintf(path, sizeof(path), "run/udev/data/b%u:%u", major(device->devno),
		 minor(device->devno));
	fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || file_write_all(fd, record.text, record.length) < 0)
		log_warning("/%s: %s", path, strerror(errno));
}

void lvm_node_announce(int root_fd, const struct device *device)
{
	char path[128], uuid[160] = "", group[SPEC_NAME_MAX], volume[SPEC_NAME_MAX];

	if (!spec_parse_mapper_name(device->dm_name, group, volume))
		return;
	make_links(root_fd, group, volume, device);
	snprintf(path, sizeof(path), "sys/class/block/%s/dm/uuid", device->name);
	file_read_line(root_fd, path, uuid, sizeof(uuid), NULL);
	write_record(root_fd, group, volume, device, uuid);
}
