/* SPDX-License-Identifier: GPL-2.0-or-later */
/* btrfs.c: see btrfs.h; the only file that knows btrfs' superblock and its control node. */
#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/btrfs.h>

#include "init/btrfs.h"
#include "lib/cleanup.h"

/* Places in struct btrfs_super_block (linux/btrfs_tree.h). */
enum {
	SUPER_ID = 0x20,
	SUPER_MAGIC = 0x40,
	SUPER_NUM_DEVICES = 0x88,
	SUPER_DEVICE = 0xc9
};

static uint64_t number_at(const unsigned char *bytes)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof(number));
	return le64toh(number);
}

bool btrfs_super_parse(struct btrfs_super *super, const unsigned char *bytes, size_t size)
{
	if (size < SUPER_DEVICE + sizeof(uint64_t) ||
	    memcmp(bytes + SUPER_MAGIC, "_BHRfS_M", 8) != 0)
		return false;
	memcpy(super->id, bytes + SUPER_ID, sizeof(super->id));
	super->device_count = number_at(bytes + SUPER_NUM_DEVICES);
	super->device = number_at(bytes + SUPER_DEVICE);
	return true;
}

static bool read_super(const struct devices *devices, const struct device *device,
		       struct btrfs_super *super)
{
	char path[DEVICE_NAME_MAX + 8];
	unsigned char bytes[BTRFS_SUPER_SIZE];
	_cleanup_close_ int fd = -1;
	ssize_t got;

	if (device_size(devices, device) < BTRFS_SUPER_OFFSET + BTRFS_SUPER_SIZE)
		return false;
	snprintf(path, sizeof(path), "dev/%s", device->node);
	fd = openat(devices->root_fd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	got = fd < 0 ? -1 : pread(fd, bytes, sizeof(bytes), BTRFS_SUPER_OFFSET);
	return got > 0 && btrfs_super_parse(super, bytes, (size_t)got);
}

struct btrfs_count btrfs_count_devices(const struct devices *devices,
				       const struct device *device)
{
	struct btrfs_count count = { 0, 0 };
	struct btrfs_super own, other;
	uint64_t seen = 0; /* a device that shows up on two paths is one */

	if (!read_super(devices, device, &own))
		return count;
	count.wanted = own.device_count;
	if (own.device_count <= 1) {
		count.there = own.device_count;
		return count;
	}
	for (size_t i = 0; i < devices->count; i++) {
		if (!read_super(devices, devices->items[i], &other) ||
		    memcmp(own.id, other.id, sizeof(own.id)) != 0)
			continue;
		if (other.device < 64 && seen & 1ULL << other.device)
			continue;
		seen |= other.device < 64 ? 1ULL << other.device : 0;
		count.there++;
	}
	return count;
}

void btrfs_register(const struct devices *devices)
{
	_cleanup_close_ int control =
		openat(devices->root_fd, "dev/btrfs-control", O_RDWR | O_CLOEXEC);
	struct btrfs_ioctl_vol_args args = { .fd = 0 };
	struct btrfs_super super;

	for (size_t i = 0; control >= 0 && i < devices->count; i++) {
		if (!read_super(devices, devices->items[i], &super) ||
		    super.device_count <= 1)
			continue;
		snprintf(args.name, sizeof(args.name), "/dev/%s",
			 devices->items[i]->node);
		ioctl(control, BTRFS_IOC_SCAN_DEV, &args);
	}
}
