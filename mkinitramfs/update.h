/* SPDX-License-Identifier: GPL-2.0-or-later */
/* update.h: the commands that keep the folder of images. Each returns an exit code. */
#ifndef BEDPLATE_MKINITRAMFS_UPDATE_H
#define BEDPLATE_MKINITRAMFS_UPDATE_H

#include "mkinitramfs/args.h"

/* Installs an image for each kernel asked for whose image is not there or stale. A kernel
 * that fails does not keep the others from theirs. */
int update_run(const struct args *args, struct err *err);

/* Removes kernels' images that are ours. */
int remove_run(const struct args *args, struct err *err);

/* Shows kernels and images; writes nothing. */
int status_run(const struct args *args, struct err *err);

#endif
