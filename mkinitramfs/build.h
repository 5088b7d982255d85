/* SPDX-License-Identifier: GPL-2.0-or-later */
/* build.h: from the command line and configuration to an image. */
#ifndef BEDPLATE_MKINITRAMFS_BUILD_H
#define BEDPLATE_MKINITRAMFS_BUILD_H

#include "lib/schema/host.h"
#include "mkinitramfs/args.h"

/* Observes, plans, shows and writes as the arguments say. `conf` is host.conf's. */
int build_run(const struct args *args, struct conf *conf, int root_fd, struct err *err);

#endif
