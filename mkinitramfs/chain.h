/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chain.h: what stands between the kernel and the root file system of the running host:
 * the file system, the mapped devices (device-mapper, md) and partitions below it, the
 * disks at the bottom, and all that each disk hangs on. Observed from /proc, /sys, /dev
 * and /run below a root descriptor.
 */
#ifndef BEDPLATE_MKINITRAMFS_CHAIN_H
#define BEDPLATE_MKINITRAMFS_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

/* A device of the disk's way up to the processor that a driver may be needed for. */
struct chain_device {
	char *path;     /* in sysfs, below the root */
	char *modalias; /* NULL where it has none */
	char *driver;   /* the name of the driver that is bound to it; NULL */
	char *module;   /* the module that this driver came from; NULL */
	bool keyboard;  /* on the way to a keyboard, not to the root */
};

/* A module that is wanted by its name or an alias like fs-ext4. */
struct chain_module {
	char *name;
	char *reason;
	bool must; /* the image is no good without it */
};

struct chain {
	char *root; /* how /init finds the root: UUID=..., /dev/mapper/NAME */
	char *fstype;
	char *options;  /* mount options that name the subvolume; "" mostly */
	char **volumes; /* VG/LV of logical volumes to activate */
	size_t volume_count;
	bool needs_lvm; /* one of them is neither linear nor striped */
	struct chain_device *devices;
	size_t device_count;
	struct chain_module *modules;
	size_t module_count;
};

#define CHAIN_INIT           \
	{                    \
		.root = NULL \
	}

/* Reads the chain of the root and, where it is a file system of its own, /usr. */
int chain_read(struct chain *chain, int root_fd, struct err *err);

/* Adds the devices that the keyboards hang on. */
int chain_read_keyboards(struct chain *chain, int root_fd, struct err *err);

void chain_release(struct chain *chain);
#define _cleanup_chain_ __attribute__((cleanup(chain_release)))

#endif
