/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_args.h: the rules about the kernel's arguments that go into an image. */
#ifndef BEDPLATE_MKINITRAMFS_KERNEL_ARGS_H
#define BEDPLATE_MKINITRAMFS_KERNEL_ARGS_H

#include <stdbool.h>

#include "lib/kernel_rule.h"
#include "lib/schema/host.h"
#include "mkinitramfs/guests.h"

/* Adds the rules of host.conf's [KernelArgs], each with its line, and those that follow from
 * the guests: a device passed through needs an IOMMU in effect; memory of 1 GiB pages needs
 * as many of them as all such guests have. `advise_intel`: the processor is Intel's and the
 * kernel leaves its IOMMU off by itself. */
int kernel_args_collect(struct kernel_rules *rules, const struct conf *conf,
			const struct host_conf *host, const struct guests *guests,
			bool advise_intel, struct err *err);

/* Adds them to /init's configuration, a [KernelArgs] section for each. */
int kernel_args_write(struct conf *conf, const struct kernel_rules *rules,
		      struct err *err);

/* Warns of what does not hold on the command line that the boot loader is set up with, or else
 * on the running kernel's, both below the root. Returns how many warnings that were, or
 * a negative errno. */
int kernel_args_check(const struct kernel_rules *rules, int root_fd, struct err *err);

#endif
