/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driverless.c: what /sys says of disk controllers without a driver. */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init/driverless.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* What a modalias says of a disk or its controller: PCI's base class 01, or virtio's
 * device types 2 (block) and 8 (SCSI) (linux/virtio_ids.h). */
static const struct {
	const char *bus;
	const char *mark;
} storage[] = {
	{ "pci", "bc01sc" },
	{ "virtio", "virtio:d00000002v" },
	{ "virtio", "virtio:d00000008v" },
};

static bool is_storage(const char *bus, const char *modalias)
{
	for (size_t i = 0; i < ARRAY_SIZE(storage); i++) {
		if (strcmp(bus, storage[i].bus) == 0 && strstr(modalias, storage[i].mark))
			return true;
	}
	return false;
}

static bool add_one(int root_fd, const char *bus, const char *name, const char *before,
		    struct strbuf *out)
{
	char path[320], modalias[256];

	snprintf(path, sizeof(path), "sys/bus/%s/devices/%s/driver", bus, name);
	if (file_exists(root_fd, path))
		return false;
	snprintf(path, sizeof(path), "sys/bus/%s/devices/%s/modalias", bus, name);
	if (file_read_line(root_fd, path, modalias, sizeof(modalias), NULL) < 0 ||
	    !is_storage(bus, modalias))
		return false;
	strbuf_addf(out, "%s%s (%s)", before, name, modalias);
	return true;
}

static unsigned add_bus(int root_fd, const char *bus, unsigned found, struct strbuf *out)
{
	char path[64];
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int fd;

	snprintf(path, sizeof(path), "sys/bus/%s/devices", bus);
	fd = file_open(root_fd, path, O_RDONLY | O_DIRECTORY, NULL);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			found += add_one(root_fd, bus, entry->d_name,
					 found ? ", " : "; no driver has ", out);
	}
	return found;
}

void driverless_add(int root_fd, struct strbuf *out)
{
	unsigned found = add_bus(root_fd, "pci", 0, out);

	add_bus(root_fd, "virtio", found, out);
}
