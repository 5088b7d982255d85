/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_work.h: what the actions of the command disk are given, and what they share. */
#ifndef BEDPLATE_QEMU_LAUNCH_DISK_WORK_H
#define BEDPLATE_QEMU_LAUNCH_DISK_WORK_H

#include "qemu-launch/control.h"
#include "qemu-launch/disk_target.h"
#include "qemu-launch/spawn.h"

struct disk_work {
	const struct args *args;
	struct context context;
	struct disk_target target; /* what it is about now */
	const char *operand;       /* of the action: a size, a file, a folder */
	bool named;                /* the disk was named, and is not one of all */
	json_t *chains;            /* the guest's */
	int lock_fd; /* the guest stays off; -1: it runs, or there is none */
	bool runs;
	json_t *shown; /* with --json: what is printed at the end */
};

/* Whom a guest's files belong to. */
int disk_work_user(const struct context *context, const struct guest *guest,
		   struct spawn_user *user, struct err *err);

/* The actions; each returns 0 or -errno. */
int disk_create(struct disk_work *work, struct err *err);
int disk_resize(struct disk_work *work, struct err *err);
int disk_info(struct disk_work *work, struct err *err);
int disk_convert(struct disk_work *work, struct err *err);
int disk_check(struct disk_work *work, struct err *err);
int disk_mount(struct disk_work *work, struct err *err);
/* Of what is mounted on a folder. */
int disk_umount(int root_fd, const char *folder, struct err *err);

/* Overlays of ours lie over what we put them over, or somebody has been at them: -ESTALE. */
int disk_check_chain(const json_t *chain, struct err *err);

/* Where a file is made before it gets its name; what commands that were killed left of it goes. */
int disk_beside(char *path, size_t size, const char *final, struct err *err);
/* Gives a file that was made beside its place to `user` (NULL: ours), writes it down and renames it; -EEXIST
 * where something has that name by now, unless it is to be replaced. */
int disk_settle(const char *beside, const char *final, const struct spawn_user *user,
		bool replace, struct err *err);

/* Whether the host uses a block device itself: it is mounted, swapped to or a part of another. -EBUSY then; 0 for
 * whatever is none. */
int disk_device_check(const char *path, struct err *err);

/* "20G", or "+5G" more than there is now. */
int disk_size(const char *text, uint64_t now, uint64_t *size, struct err *err);

#endif
