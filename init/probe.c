/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe.c: what stands on a block device; the only file that talks to libblkid. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <blkid/blkid.h>

#include "init/device.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/log.h"

enum { PROBE_AMBIGUOUS = -2 };

static void probe_free(blkid_probe *probe)
{
	blkid_free_probe(*probe);
}
#define _cleanup_probe_ __attribute__((cleanup(probe_free)))

static void copy_value(blkid_probe probe, const char *name, char *text, size_t size)
{
	const char *value;

	if (blkid_probe_lookup_value(probe, name, &value, NULL) == 0)
		text_copy(text, size, value);
}

/* A probe on the device's node; the descriptor must outlive it. */
static blkid_probe probe_open(const struct devices *devices, const char *node, int *fd)
{
	char path[DEVICE_NAME_MAX + 8];
	blkid_probe probe;

	snprintf(path, sizeof(path), "dev/%s", node);
	*fd = openat(devices->root_fd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		return NULL;
	probe = blkid_new_probe();
	if (probe && blkid_probe_set_device(probe, *fd, 0, 0) == 0)
		return probe;
	blkid_free_probe(probe);
	return NULL;
}

/* Looks for every type, or for `only` where it is not "". */
static void probe_superblocks(struct devices *devices, struct device *device, char *only)
{
	char *const types[] = { only, NULL };
	_cleanup_close_ int fd = -1;
	_cleanup_probe_ blkid_probe probe = NULL;

	device->type[0] = device->label[0] = device->uuid[0] = '\0';
	probe = probe_open(devices, device->node, &fd);
	if (!probe)
		return;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID |
							 BLKID_SUBLKS_TYPE);
	if (only[0])
		blkid_probe_filter_superblocks_type(probe, BLKID_FLTR_ONLYIN,
						    (char **)types);
	if (blkid_do_safeprobe(probe) == PROBE_AMBIGUOUS) {
		log_warning(
			"%s: signatures of more than one file system; it is left alone "
			"(wipefs shows them)",
			device->node);
		strcpy(device->type, "ambiguous");
		return;
	}
	copy_value(probe, "TYPE", device->type, sizeof(device->type));
	copy_value(probe, "LABEL", device->label, sizeof(device->label));
	copy_value(probe, "UUID", device->uuid, sizeof(device->uuid));
}

void device_probe(struct devices *devices, struct device *device)
{
	char any[] = "";

	if (device->probed || !device_size(devices, device))
		return;
	device->probed = true;
	probe_superblocks(devices, device, any);
}

void device_probe_for_hint(struct devices *devices, struct device *device)
{
	if (!devices->type_hint[0]) {
		device_probe(devices, device);
		return;
	}
	if (device->probed || device->probed_for_hint || !device_size(devices, device))
		return;
	device->probed_for_hint = true;
	probe_superblocks(devices, device, devices->type_hint);
}

static void copy_partition(struct device *device, blkid_partition partition)
{
	const char *uuid = blkid_partition_get_uuid(partition);
	const char *name = blkid_partition_get_name(partition);

	device->part_known = true;
	text_copy(device->partuuid, sizeof(device->partuuid), uuid ? uuid : "");
	text_copy(device->partlabel, sizeof(device->partlabel), name ? name : "");
}

/* Gives every partition of a disk its identity. */
static void read_table(struct devices *devices, const struct device *of)
{
	_cleanup_close_ int fd = -1;
	_cleanup_probe_ blkid_probe probe = NULL;
	blkid_partlist list = NULL;

	for (size_t i = 0; i < devices->count && !probe; i++) {
		if (strcmp(devices->items[i]->name, of->parent) == 0)
			probe = probe_open(devices, devices->items[i]->node, &fd);
	}
	if (probe) {
		blkid_probe_enable_partitions(probe, 1);
		list = blkid_probe_get_partitions(probe);
	}
	for (size_t i = 0; list && i < devices->count; i++) {
		struct device *device = devices->items[i];
		blkid_partition partition;

		if (strcmp(device->parent, of->parent) != 0)
			continue;
		partition =
			blkid_partlist_get_partition_by_partno(list, (int)device->partn);
		if (partition)
			copy_partition(device, partition);
	}
}

void device_probe_partition(struct devices *devices, struct device *device)
{
	if (device->part_known || !device->parent[0])
		return;
	device->part_known = true;
	read_table(devices, device);
}
