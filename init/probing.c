/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probing.c: from a disk up through sysfs to the modules that drive it. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "init/probing.h"
#include "lib/file.h"

/* The last part of what a link of this device leads to; false where it has none. */
static bool link_name(int root_fd, const char *device, const char *link,
		      char name[MODULE_NAME_MAX])
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *slash;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", device, link) >= sizeof(path) ||
	    file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		return false;
	slash = strrchr(target, '/');
	snprintf(name, MODULE_NAME_MAX, "%.*s", MODULE_NAME_MAX - 1,
		 slash ? slash + 1 : target);
	return true;
}

/* The module of the driver that has this device. The link to it appears only after the
 * driver's first look at the bus (drivers/base/bus.c, bus_add_driver); until then its own
 * name has to do, which is the module's for nearly every controller. */
static bool driver_module(int root_fd, const char *device, char name[MODULE_NAME_MAX])
{
	if (link_name(root_fd, device, "driver/module", name))
		return true;
	if (!link_name(root_fd, device, "driver", name))
		return false;
	for (char *at = name; (at = strchr(at, '-')); at++)
		*at = '_';
	return true;
}

/* Of a disk's folder and all those above it, up to sys/devices. */
static bool is_above_loading(int root_fd, char *device, struct loader *loader)
{
	char name[MODULE_NAME_MAX];
	char *slash;

	while ((slash = strrchr(device, '/')) && slash > device + strlen("sys/devices")) {
		*slash = '\0';
		if (driver_module(root_fd, device, name) &&
		    loader_is_loading(loader, name))
			return true;
	}
	return false;
}

static bool is_probing(int root_fd, const char *disk, struct loader *loader)
{
	char path[DEVICE_NAME_MAX + 32], target[PATH_MAX], device[PATH_MAX + 8];

	snprintf(path, sizeof(path), "sys/class/block/%s", disk);
	if (file_read_link(root_fd, path, target, sizeof(target), NULL) < 0 ||
	    strncmp(target, "../../", 6) != 0)
		return false;
	snprintf(device, sizeof(device), "sys/%s", target + 6);
	return is_above_loading(root_fd, device, loader);
}

bool probing_disks(const struct devices *devices, struct loader *loader)
{
	if (loader_idle(loader))
		return false;
	for (size_t i = 0; i < devices->count; i++) {
		const struct device *device = devices->items[i];

		if (!device->parent[0] && !device->dm_name[0] &&
		    is_probing(devices->root_fd, device->name, loader))
			return true;
	}
	return false;
}
