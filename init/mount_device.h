/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount_device.h: a device's file system is found out, checked and mounted. */
#ifndef BEDPLATE_INIT_MOUNT_DEVICE_H
#define BEDPLATE_INIT_MOUNT_DEVICE_H

#include <stdbool.h>

#include "init/device.h"
#include "lib/err.h"

struct boot;

struct mount_request {
	const char *purpose; /* "root", "usr" */
	const char *name;    /* in messages: "the root", "/usr" */
	const char *spec;    /* how the device was named, and the arguments to say that */
	const char *device_from, *type_from;
	struct device *device;
	const char *dir;
	const char *types; /* parted by commas; "" or "auto": to be found out */
	const char *options;
	bool read_only;
	bool check; /* by fsck's policy, before */
};

/* Mounts the device with the first type that fits and copies that to `type`. */
int mount_device(struct boot *boot, const struct mount_request *request, char type[32],
		 struct err *err);

#endif
