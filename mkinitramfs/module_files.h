/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_files.h: what a module set becomes in an image. */
#ifndef BEDPLATE_MKINITRAMFS_MODULE_FILES_H
#define BEDPLATE_MKINITRAMFS_MODULE_FILES_H

#include "mkinitramfs/modules.h"
#include "mkinitramfs/plan.h"

/* Adds the modules themselves, the text indices restricted to them, modules.plan and
 * modprobe's lines about them. */
int module_files_add(struct plan *plan, const struct module_set *set, struct err *err);

/* The text of a plan: modules.plan has those with MODULE_AT_ONCE, vfio.plan those with
 * MODULE_VFIO. */
int module_plan_text(const struct module_set *set, unsigned flag, struct strbuf *out,
		     struct err *err);

/* Adds the firmware that the modules name, as far as the root has it. A file that is
 * compressed in a way that the kernel reads itself goes in as it is. */
struct kernel_config;
int firmware_add(struct plan *plan, const struct module_set *set,
		 const struct kernel_config *config, struct err *err);

#endif
