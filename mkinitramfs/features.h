/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * features.h: what somebody else adds to images: a folder each, etc/bedplate/image.d/NAME.
 *
 *	files/      laid over the image's root
 *	modules     names of modules, loaded at once; # begins a remark
 *	binaries    names or paths of programs, which go in with their libraries
 *	run/POINT   a program that /init runs at that point (lib/run_point.h)
 */
#ifndef BEDPLATE_MKINITRAMFS_FEATURES_H
#define BEDPLATE_MKINITRAMFS_FEATURES_H

#include <stdbool.h>

#include "lib/schema/host.h"
#include "mkinitramfs/modules.h"
#include "mkinitramfs/plan.h"

/* Adds the modules that features name; one that the kernel does not have is an error. */
int features_choose(struct module_set *set, int root_fd, struct err *err);

/* Adds everything else of them, and what [Image] ExtraFiles= and ExtraBinaries= name. */
int features_add(struct plan *plan, const struct host_conf *host, int root_fd,
		 struct err *err);

/* Whether a program that /init runs is a script of /bin/sh, which is busybox. */
bool features_need_shell(int root_fd);

#endif
