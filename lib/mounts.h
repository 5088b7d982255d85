/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mounts.h: what is mounted where, from /proc/self/mountinfo (proc_pid_mountinfo(5)). */
#ifndef BEDPLATE_LIB_MOUNTS_H
#define BEDPLATE_LIB_MOUNTS_H

#include "lib/err.h"
#include "lib/strbuf.h"

struct mount {
	unsigned major,
		minor; /* of the file system; major 0 where it has no one block device */
	char *subtree; /* what of the file system is mounted: "/" mostly, a btrfs
			  subvolume's path */
	char *point;
	char *fstype;
	char *source;
	char *options; /* of the file system, parted by commas; "" */
};

/* Finds what is mounted on a folder: the last one, which lies on top. 1, or 0 where
 * nothing is, or -errno. The mount is to be released. */
int mount_find(struct mount *mount, const char *mountinfo, const char *point,
	       struct err *err);

/* Reads mountinfo, of which *text stays for mount_find, and finds what is mounted on "/".
 * -ENOENT where nothing is. */
int mount_read_root(struct mount *root, int root_fd, struct strbuf *text,
		    struct err *err);

void mount_release(struct mount *mount);
#define _cleanup_mount_ __attribute__((cleanup(mount_release)))

#endif
