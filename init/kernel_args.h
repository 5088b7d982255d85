/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_args.h: init.conf's rules about the kernel's command line, held against this boot.
 *
 * What can be known at once is checked in step "kernel-args", before anything else is done.
 * A module's parameter has a value only when the module is loaded, so step "parameters"
 * looks at those when the root is mounted. What does not hold is a warning; by its OnFailure=
 * also a rescue shell, in the second step, or a wish for a reboot.
 */
#ifndef BEDPLATE_INIT_KERNEL_ARGS_H
#define BEDPLATE_INIT_KERNEL_ARGS_H

#include "lib/kernel_check.h"

struct kernel_args {
	struct kernel_rules rules;
	struct kernel_findings findings; /* the latest, for boot.json */
};

#endif
