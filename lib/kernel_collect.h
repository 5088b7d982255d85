/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_collect.h: what host.conf and the guests ask of the kernel's arguments. */
#ifndef BEDPLATE_LIB_KERNEL_COLLECT_H
#define BEDPLATE_LIB_KERNEL_COLLECT_H

#include <stdbool.h>

#include "lib/guests.h"
#include "lib/kernel_rule.h"
#include "lib/schema/host.h"

/* Adds the rules of host.conf's [KernelArgs], each with its line, and those that follow from
 * the guests: a device passed through needs an IOMMU in effect; memory of 1 GiB pages needs
 * as many of them as all such guests have. `advise_intel`: the processor is Intel's and the
 * kernel leaves its IOMMU off by itself. */
int kernel_rules_collect(struct kernel_rules *rules, const struct conf *conf,
			 const struct host_conf *host, const struct guests *guests,
			 bool advise_intel, struct err *err);

/* Whether this machine's processor is Intel's and a kernel built like this one leaves the
 * IOMMU off by itself. */
struct kernel_config;
bool kernel_leaves_iommu_off(const struct kernel_config *config, int root_fd);

#endif
