/* SPDX-License-Identifier: GPL-2.0-or-later */
/* build.h: from the command line and configuration to an image. */
#ifndef BEDPLATE_MKINITRAMFS_BUILD_H
#define BEDPLATE_MKINITRAMFS_BUILD_H

#include "lib/conf.h"
#include "mkinitramfs/args.h"
#include "mkinitramfs/guests.h"

/* `conf` is the host's. Observes, plans, shows and writes as the arguments say. */
int build_run(const struct args *args, struct conf *conf, const struct guests *guests,
	      int root_fd, struct err *err);

#endif
