/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pv.c: whether a device is a physical volume; see pv.h. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init/pv.h"
#include "lib/cleanup.h"
#include "lib/file.h"

enum { PV_LABEL_AREA = 2048, PV_SECTOR = 512 };

/* One of the first four sectors holds "LABELONE", the sector's number, and the type "LVM2
 * 001" (lvm2 lib/format_text/layout.h, struct label_header). */
static bool has_pv_label(const char *area, size_t size)
{
	for (size_t i = 0; i + PV_SECTOR <= size; i += PV_SECTOR) {
		if (memcmp(area + i, "LABELONE", 8) == 0 &&
		    memcmp(area + i + 24, "LVM2 001", 8) == 0)
			return true;
	}
	return false;
}

/* The kernel knows of partitions before it tells of the disk. */
static bool has_partitions(int root_fd, const char *name)
{
	char path[128 + NAME_MAX];
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int fd;

	snprintf(path, sizeof(path), "sys/class/block/%s", name);
	fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "sys/class/block/%s/%s/partition", name,
			 entry->d_name);
		if (file_exists(root_fd, path))
			return true;
	}
	return false;
}

bool device_is_pv(int root_fd, const struct device *device)
{
	char path[DEVICE_NAME_MAX + 8], area[PV_LABEL_AREA];
	_cleanup_close_ int fd = -1;
	ssize_t got;

	snprintf(path, sizeof(path), "dev/%s", device->node);
	fd = openat(root_fd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	got = fd < 0 ? -1 : pread(fd, area, sizeof(area), 0);
	return got > 0 && has_pv_label(area, (size_t)got) &&
	       !has_partitions(root_fd, device->name);
}
