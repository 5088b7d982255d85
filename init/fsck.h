/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsck.h: file systems are checked by policy before they are mounted.
 *
 * How it works: an ext file system's superblock is read and tells whether a check is due
 * (ext_super.h); on a good boot none is, and nothing is run. Else the file system's own
 * tool runs, says every few seconds how far it is, and its exit status (fsck(8)) decides
 * how the boot goes on. xfs and btrfs are not checked at boot: their makers say so
 * (fsck.xfs(8), fsck.btrfs(8)).
 */
#ifndef BEDPLATE_INIT_FSCK_H
#define BEDPLATE_INIT_FSCK_H

#include <stdbool.h>

#include "lib/err.h"

struct boot;

/* Checks the file system on /dev/NODE, of this type, if that is due; `purpose` ("root",
 * "usr") names it for systemd, which then does not check it again. 0: it may be mounted. */
int fsck_check(struct boot *boot, const char *node, const char *type, const char *purpose,
	       struct err *err);

#endif
