/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chain_private.h: what the files of the chain share. */
#ifndef BEDPLATE_MKINITRAMFS_CHAIN_PRIVATE_H
#define BEDPLATE_MKINITRAMFS_CHAIN_PRIVATE_H

#include "lib/mounts.h"
#include "mkinitramfs/chain.h"

/* A sysfs folder's real path: the link `path` resolved by its text, without a leading
 * slash. NULL with err set. */
char *sysfs_link(int root_fd, const char *path, struct err *err);

/* An attribute's first line as a heap string, or NULL where it is not there. */
char *sysfs_attribute(int root_fd, const char *dir, const char *name);

/* The last component of what a link of a sysfs folder points at, or NULL. */
char *sysfs_link_name(int root_fd, const char *dir, const char *name);

/* The sysfs path of the block device that a mount stands on. */
char *chain_mount_device(int root_fd, const struct mount *mount, struct err *err);

/* How /init finds a block device again, as a heap string. `dir` is its sysfs path. */
char *chain_device_spec(int root_fd, const char *dir, struct err *err);

/* The UUID of the file system on a block device, as a heap string; NULL where nobody
 * tells. */
char *chain_device_uuid(int root_fd, const char *dir);

int chain_add_module(struct chain *chain, const char *name, bool must, const char *reason,
		     struct err *err);

/* Adds a sysfs folder and all above it. */
int chain_add_parents(struct chain *chain, int root_fd, const char *dir, bool keyboard,
		      struct err *err);

/* Walks down from a block device to its disks and from them up. */
int chain_add_block(struct chain *chain, int root_fd, const char *dir, struct err *err);

int chain_no_memory(struct err *err);

#endif
