/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coldplug.c: asks for the modules of the devices that are there already.
 *
 * How it works: devices that drivers bind to are on a bus, and /sys/bus/BUS/devices lists
 * them flat, so a `modalias` is one open away; the tree below /sys/devices, ten times as
 * many folders, need not be walked.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "init/module.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static DIR *open_dir(int dir_fd, const char *path)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

static struct dirent *next_entry(DIR *dir)
{
	struct dirent *entry;

	do
		entry = readdir(dir);
	while (entry && entry->d_name[0] == '.');
	return entry;
}

static unsigned coldplug_bus(struct modules *modules, int sys_fd, const char *bus)
{
	char path[300], modalias[2048];
	_cleanup_closedir_ DIR *devices = NULL;
	struct dirent *entry;
	unsigned count = 0;

	snprintf(path, sizeof(path), "bus/%s/devices", bus);
	devices = open_dir(sys_fd, path);
	while (devices && (entry = next_entry(devices))) {
		snprintf(path, sizeof(path), "%s/modalias", entry->d_name);
		if (file_read_line(dirfd(devices), path, modalias, sizeof(modalias),
				   NULL) < 0 ||
		    !modalias[0])
			continue;
		modules_request(modules, modalias);
		count++;
	}
	return count;
}

unsigned modules_coldplug(struct modules *modules, int sys_fd)
{
	_cleanup_closedir_ DIR *buses = open_dir(sys_fd, "bus");
	struct dirent *entry;
	unsigned count = 0;

	modules->aliases_wanted = true;
	while (buses && (entry = next_entry(buses)))
		count += coldplug_bus(modules, sys_fd, entry->d_name);
	return count;
}
