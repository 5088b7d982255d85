/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device.h: the block devices that are there, and which of them a spec means.
 *
 * How it works: devices come from uevents and from sysfs. What stands on a device is read
 * only when a question needs it, once, and kept for the diagnosis: labels of physical
 * volumes by four sectors, file systems and partition tables by libblkid.
 */
#ifndef BEDPLATE_INIT_DEVICE_H
#define BEDPLATE_INIT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "init/spec.h"
#include "lib/err.h"
#include "lib/uevent.h"

enum { DEVICE_NAME_MAX = 64 };

struct device {
	char name[DEVICE_NAME_MAX]; /* in sysfs: "sda1", "cciss!c0d0" */
	char node[DEVICE_NAME_MAX]; /* below /dev: "sda1", "cciss/c0d0" */
	dev_t devno;
	char parent[DEVICE_NAME_MAX]; /* of a partition, else "" */
	unsigned partn;
	char dm_name[2 * SPEC_NAME_MAX]; /* "" for what is no device-mapper device */
	bool pv_known, is_pv, pv_damage_told;
	bool part_known;
	char partuuid[64], partlabel[128];
	bool probed, probed_for_hint;
	char type[32], label[256], uuid[64];
};

struct devices {
	int root_fd;
	struct device **items;
	size_t count, size;
	unsigned pv_changes; /* counts the arrivals of physical volumes */
	/* The root's file system type where the image's maker knew it: devices are first
	 * looked at for this type alone, which takes a tenth of the time. "": all. */
	char type_hint[32];
};

/* Takes in every device of sysfs that is not known yet. */
void devices_scan(struct devices *devices);

/* Takes in an event; false where it is not about a block device. */
bool devices_handle(struct devices *devices, const struct uevent *event);

/* The device that a spec means, or NULL. It stays valid until the next event. */
struct device *devices_find(struct devices *devices, const struct spec *spec);

/* The device with this device-mapper name, if it has a table, or NULL. */
struct device *devices_find_mapped(struct devices *devices, const char *dm_name);

/* A logical volume that is active, or NULL; its group may be named by UUID. */
struct device *devices_find_volume(struct devices *devices, const char *group,
				   const char *volume);

/* Whether a device is an active logical volume of this group, which may be named by UUID, and
 * one for use: not a part of another volume. */
bool device_is_in_group(const struct devices *devices, const struct device *device,
			const char *group);

/* Forgets mapped devices that are gone, though no event said so yet. */
void devices_forget_mapped(struct devices *devices);

/* Looks for physical volumes on devices that were not looked at yet; counts in
 * pv_changes. */
void devices_find_pvs(struct devices *devices);
bool devices_have_pvs(const struct devices *devices);

/* Fills type, label and uuid unless they are known. */
void device_probe(struct devices *devices, struct device *device);

/* The same, looking for the hinted type only; label and uuid of others stay "". */
void device_probe_for_hint(struct devices *devices, struct device *device);

/* Fills partuuid and partlabel unless they are known. */
void device_probe_partition(struct devices *devices, struct device *device);

/* Bytes, 0 where there is nothing behind the device (yet). */
uint64_t device_size(const struct devices *devices, const struct device *device);

#endif
