/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * btrfs.h: file systems of several devices.
 *
 * How it works: btrfs mounts one device and must have been told of the others before
 * (BTRFS_IOC_SCAN_DEV on /dev/btrfs-control), which udev does elsewhere. A superblock says
 * how many devices there are and which file system they belong to, so that the root is
 * waited for until all of them have come. With rootflags=degraded it is not waited for
 * longer than BTRFS_DEGRADED_AFTER_MS.
 */
#ifndef BEDPLATE_INIT_BTRFS_H
#define BEDPLATE_INIT_BTRFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "init/device.h"

enum { BTRFS_SUPER_OFFSET = 64 << 10, BTRFS_SUPER_SIZE = 4096, BTRFS_ID_SIZE = 16 };
enum { BTRFS_DEGRADED_AFTER_MS = 10000 };

struct btrfs_super {
	unsigned char id[BTRFS_ID_SIZE]; /* the file system's */
	uint64_t device_count;
	uint64_t device; /* the number of the one that this superblock is on */
};

/* Reads a superblock's bytes; false where they are none. */
bool btrfs_super_parse(struct btrfs_super *super, const unsigned char *bytes,
		       size_t size);

/* Counts the devices that are there of the file system that `device` is part of, and how
 * many it should have; {0, 0} where it is no btrfs, {1, 1} for most. */
struct btrfs_count {
	uint64_t there, wanted;
};
struct btrfs_count btrfs_count_devices(const struct devices *devices,
				       const struct device *device);

/* Tells the kernel of every device with a btrfs; its module must have been loaded. */
void btrfs_register(const struct devices *devices);

#endif
