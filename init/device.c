/* SPDX-License-Identifier: GPL-2.0-or-later */
/* device.c: the table of block devices; see device.h. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init/device.h"
#include "init/pv.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/lvm_name.h"

enum { DEVICE_UUID_MAX = 160 };

/* Devices that hold no root and cost time to open, or seconds (a floppy drive that is
 * empty). */
static const char *const never_looked_into[] = { "ram", "zram", "loop", "fd", "nbd" };

static bool is_worth_a_look(const struct device *device)
{
	for (size_t i = 0; i < ARRAY_SIZE(never_looked_into); i++) {
		if (strncmp(device->name, never_looked_into[i],
			    strlen(never_looked_into[i])) == 0)
			return false;
	}
	return true;
}

static struct device *devices_by_name(struct devices *devices, const char *name)
{
	for (size_t i = 0; i < devices->count; i++) {
		if (strcmp(devices->items[i]->name, name) == 0)
			return devices->items[i];
	}
	return NULL;
}

static struct device *devices_new(struct devices *devices, const char *name)
{
	struct device *device;

	if (devices->count == devices->size) {
		size_t size = devices->size ? 2 * devices->size : 16;
		struct device **items = realloc(devices->items, size * sizeof(*items));

		if (!items)
			return NULL;
		devices->items = items;
		devices->size = size;
	}
	device = calloc(1, sizeof(*device));
	if (!device)
		return NULL;
	text_copy(device->name, sizeof(device->name), name);
	devices->items[devices->count++] = device;
	return device;
}

static void devices_remove(struct devices *devices, const char *name)
{
	for (size_t i = 0; i < devices->count; i++) {
		if (strcmp(devices->items[i]->name, name) != 0)
			continue;
		free(devices->items[i]);
		devices->items[i] = devices->items[--devices->count];
		return;
	}
}

static void read_dm_name(const struct devices *devices, struct device *device)
{
	char path[128];

	device->dm_name[0] = '\0';
	if (strncmp(device->name, "dm-", 3) != 0)
		return;
	snprintf(path, sizeof(path), "sys/class/block/%s/dm/name", device->name);
	file_read_line(devices->root_fd, path, device->dm_name, sizeof(device->dm_name),
		       NULL);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ".../block/sda/sda1": a partition's folder is in its disk's. */
static void copy_parent(struct device *device, const char *devpath)
{
	char path[1024];
	char *slash;

	text_copy(path, sizeof(path), devpath);
	slash = strrchr(path, '/');
	if (!slash)
		return;
	*slash = '\0';
	text_copy(device->parent, sizeof(device->parent), last_part(path));
}

static void device_fill(struct device *device, const struct uevent *event)
{
	text_copy(device->node, sizeof(device->node), event->devname);
	device->devno = makedev(event->major, event->minor);
	device->partn = event->partn;
	if (strcmp(event->devtype, "partition") == 0)
		copy_parent(device, event->devpath);
	text_copy(device->partlabel, sizeof(device->partlabel), event->partname);
	text_copy(device->partuuid, sizeof(device->partuuid), event->partuuid);
	device->part_known = event->partuuid[0] != '\0';
	/* A medium or a table has come or gone: what was read before is void. */
	device->pv_known = device->is_pv = false;
	device->probed = device->probed_for_hint = false;
}

static bool devices_take(struct devices *devices, const struct uevent *event)
{
	const char *name = last_part(event->devpath);
	struct device *device;

	if (event->action == UEVENT_REMOVE) {
		devices_remove(devices, name);
		return true;
	}
	device = devices_by_name(devices, name);
	if (!device)
		device = devices_new(devices, name);
	if (!device)
		return false;
	device_fill(device, event);
	read_dm_name(devices, device);
	return true;
}

bool devices_handle(struct devices *devices, const struct uevent *event)
{
	if (strcmp(event->subsystem, "block") != 0 || event->action == UEVENT_OTHER)
		return false;
	return devices_take(devices, event);
}

static void scan_one(struct devices *devices, const char *name)
{
	_cleanup_strbuf_ struct strbuf lines;
	char path[320], devpath[1024];
	struct uevent event;

	strbuf_init(&lines, 0);
	snprintf(path, sizeof(path), "sys/class/block/%s/uevent", name);
	if (file_read(devices->root_fd, path, &lines, NULL) < 0)
		return;
	*strrchr(path, '/') = '\0';
	if (file_read_link(devices->root_fd, path, devpath, sizeof(devpath), NULL) < 0)
		return;
	uevent_parse_lines(&event, lines.text);
	event.devpath = devpath;
	devices_take(devices, &event);
}

/* A number that was given back is given out again: another volume, nothing known of it. */
static void refresh_dm(const struct devices *devices, struct device *device)
{
	char before[sizeof(device->dm_name)];

	memcpy(before, device->dm_name, sizeof(before));
	read_dm_name(devices, device);
	if (strcmp(before, device->dm_name) != 0)
		device->probed = device->probed_for_hint = false;
}

void devices_scan(struct devices *devices)
{
	int fd = openat(devices->root_fd, "sys/class/block",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct device *known = devices_by_name(devices, entry->d_name);

		if (known && known->dm_name[0])
			refresh_dm(devices, known);
		else if (!known && entry->d_name[0] != '.')
			scan_one(devices, entry->d_name);
	}
}

uint64_t device_size(const struct devices *devices, const struct device *device)
{
	char path[128];
	uint64_t sectors = 0;

	snprintf(path, sizeof(path), "sys/class/block/%s/size", device->name);
	file_read_u64(devices->root_fd, path, &sectors, NULL);
	return sectors * 512;
}

struct device *devices_find_mapped(struct devices *devices, const char *dm_name)
{
	for (size_t i = 0; i < devices->count; i++) {
		struct device *device = devices->items[i];

		if (device->dm_name[0] && strcmp(device->dm_name, dm_name) == 0 &&
		    device_size(devices, device))
			return device;
	}
	return NULL;
}

void devices_find_pvs(struct devices *devices)
{
	for (size_t i = 0; i < devices->count; i++) {
		struct device *device = devices->items[i];

		/* Volumes inside of guests' volumes are the guests'. */
		if (device->pv_known || device->dm_name[0] || !is_worth_a_look(device) ||
		    !device_size(devices, device))
			continue;
		device->pv_known = true;
		device->is_pv = device_is_pv(devices->root_fd, device);
		devices->pv_changes += device->is_pv;
	}
}

bool devices_have_pvs(const struct devices *devices)
{
	for (size_t i = 0; i < devices->count; i++) {
		if (devices->items[i]->is_pv)
			return true;
	}
	return false;
}

/* The partition that lies `offset` places behind (PARTUUID=.../PARTNROFF=). */
static struct device *partition_behind(struct devices *devices, struct device *device,
				       int offset)
{
	for (size_t i = 0; offset && i < devices->count; i++) {
		struct device *other = devices->items[i];

		if (other->parent[0] && strcmp(other->parent, device->parent) == 0 &&
		    (int)other->partn == (int)device->partn + offset)
			return other;
	}
	return offset ? NULL : device;
}

static bool device_matches(struct devices *devices, struct device *device,
			   const struct spec *spec)
{
	switch (spec->kind) {
	case SPEC_NODE:
		return strcmp(device->node, spec->value) == 0;
	case SPEC_DEVNO:
		return device->devno == spec->devno;
	case SPEC_PARTUUID:
	case SPEC_PARTLABEL:
		if (!device->parent[0])
			return false;
		device_probe_partition(devices, device);
		return spec_matches(spec, spec->kind == SPEC_PARTUUID
						  ? device->partuuid
						  : device->partlabel);
	case SPEC_UUID:
	case SPEC_LABEL:
		if (!is_worth_a_look(device))
			return false;
		device_probe_for_hint(devices, device);
		return spec_matches(spec, spec->kind == SPEC_UUID ? device->uuid
								  : device->label);
	default:
		return false;
	}
}

void devices_forget_mapped(struct devices *devices)
{
	for (size_t i = devices->count; i-- > 0;) {
		struct device *device = devices->items[i];
		char path[128];

		snprintf(path, sizeof(path), "sys/class/block/%s/dm", device->name);
		if (device->dm_name[0] && !file_exists(devices->root_fd, path))
			devices_remove(devices, device->name);
	}
}

/* Takes the parts of a volume's device-mapper name, and the UUID: "LVM-", the group's id and
 * the volume's own, and a suffix where it is a part of another volume. */
static bool read_volume(const struct devices *devices, const struct device *device,
			char group[SPEC_NAME_MAX], char name[SPEC_NAME_MAX],
			char uuid[DEVICE_UUID_MAX])
{
	char path[128];

	if (!device->dm_name[0] ||
	    !spec_parse_mapper_name(device->dm_name, group, name) ||
	    !device_size(devices, device))
		return false;
	snprintf(path, sizeof(path), "sys/class/block/%s/dm/uuid", device->name);
	return file_read_line(devices->root_fd, path, uuid, DEVICE_UUID_MAX, NULL) == 0 &&
	       strncmp(uuid, "LVM-", 4) == 0;
}

/* Whether a mapped device is a volume of this name in the group with this UUID, whatever
 * the group's name. */
static bool is_volume_of(const struct devices *devices, const struct device *device,
			 const char *id, const char *volume)
{
	char group[SPEC_NAME_MAX], name[SPEC_NAME_MAX], uuid[DEVICE_UUID_MAX];

	return read_volume(devices, device, group, name, uuid) &&
	       strcmp(name, volume) == 0 && strncmp(uuid + 4, id, strlen(id)) == 0;
}

bool device_is_in_group(const struct devices *devices, const struct device *device,
			const char *group)
{
	char own[SPEC_NAME_MAX], name[SPEC_NAME_MAX], uuid[DEVICE_UUID_MAX];
	char id[SPEC_LVM_ID_SIZE];

	if (!read_volume(devices, device, own, name, uuid) ||
	    strlen(uuid) != 4 + 2 * (SPEC_LVM_ID_SIZE - 1))
		return false;
	return spec_is_group_uuid(group, id) ? strncmp(uuid + 4, id, strlen(id)) == 0
					     : strcmp(own, group) == 0;
}

struct device *devices_find_volume(struct devices *devices, const char *group,
				   const char *volume)
{
	char name[2 * SPEC_NAME_MAX + 2], id[SPEC_LVM_ID_SIZE];

	if (!spec_is_group_uuid(group, id)) {
		lvm_mapper_name(group, volume, name, sizeof(name));
		return devices_find_mapped(devices, name);
	}
	for (size_t i = 0; i < devices->count; i++) {
		if (is_volume_of(devices, devices->items[i], id, volume))
			return devices->items[i];
	}
	return NULL;
}

static struct device *find_volume(struct devices *devices, const struct spec *spec)
{
	struct device *device = devices_find_volume(devices, spec->group, spec->volume);

	/* Drivers that name their disks with a slash: cciss/c0d0p1. */
	for (size_t i = 0; !device && i < devices->count; i++) {
		if (strcmp(devices->items[i]->node, spec->value) == 0)
			device = devices->items[i];
	}
	return device;
}

struct device *devices_find(struct devices *devices, const struct spec *spec)
{
	if (spec->kind == SPEC_VOLUME)
		return find_volume(devices, spec);
	if (spec->kind == SPEC_MAPPER)
		return devices_find_mapped(devices, spec->value);
	for (size_t i = 0; i < devices->count; i++) {
		struct device *device = devices->items[i];

		if (device_matches(devices, device, spec))
			return partition_behind(devices, device, spec->part_offset);
	}
	return NULL;
}
