/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nbd.h: the kernel's network block devices, by which the host sees into image files. */
#ifndef BEDPLATE_QEMU_LAUNCH_NBD_H
#define BEDPLATE_QEMU_LAUNCH_NBD_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/mounts.h"
#include "lib/names.h"

enum { NBD_NAME_MAX = 32, NBD_ARGS = 16 };

/* The first device ("nbd0") that nobody has connected (/sys/block/nbdN/pid) and that is not among `taken`:
 * -ENODEV where there are none at all, -EBUSY where all are in use. */
int nbd_find_free(int root_fd, const struct names *taken, char name[NBD_NAME_MAX],
		  struct err *err);

bool nbd_is_connected(int root_fd, const char *name);

/* Whether a connected device has its size, too: partitions can be read. */
bool nbd_is_there(int root_fd, const char *name);

/* A pidfd of the qemu-nbd that serves a device; -1: there is none. */
int nbd_open_server(int root_fd, const char *name);

/* What is to be mounted of a connected device: the partition of this number, or without one ("") the only
 * one, or where there is none the whole. -EINVAL where there are several, -ENOENT where there is not this one. */
int nbd_find_part(int root_fd, const char *device, const char *partition,
		  char name[NBD_NAME_MAX], struct err *err);

/* How an image is connected; `argv` ends with NULL. */
void nbd_connect_argv(const char *argv[NBD_ARGS], const char *device, const char *image,
		      const char *format, bool writable);

/* What lies on top where the folder is: 1, or 0 where nothing is mounted. The mount is to be released. */
int nbd_find_mount(int root_fd, const char *folder, struct mount *mount, struct err *err);

/* Whether that is the device or a part of it: 1; 0 where the device is mounted nowhere; -EBUSY where something else lies
 * over it, or it is mounted elsewhere. */
int nbd_is_mounted(int root_fd, const char *device, const char *folder, struct err *err);

#endif
