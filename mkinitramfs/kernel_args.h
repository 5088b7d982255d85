/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_args.h: the rules about the kernel's arguments that go into an image. */
#ifndef BEDPLATE_MKINITRAMFS_KERNEL_ARGS_H
#define BEDPLATE_MKINITRAMFS_KERNEL_ARGS_H

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/kernel_rule.h"

/* Adds them to /init's configuration, a [KernelArgs] section for each. */
int kernel_args_write(struct conf *conf, const struct kernel_rules *rules,
		      struct err *err);

/* Warns of what does not hold on the command line that the boot loader is set up with, or else
 * on the running kernel's, both below the root. Returns how many warnings that were, or
 * a negative errno. */
int kernel_args_check(const struct kernel_rules *rules, int root_fd, struct err *err);

#endif
