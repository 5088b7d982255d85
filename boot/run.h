/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h: from a boot to its plan. */
#ifndef BEDPLATE_BOOT_RUN_H
#define BEDPLATE_BOOT_RUN_H

#include "boot/boot.h"
#include "boot/plan.h"

/* Plans what brings the boot loader, and what is remembered, to what they ought to be. */
int run_plan(struct boot *boot, struct plan *plan, struct err *err);

/* Adds the step for what is remembered by now; the last one. */
int run_plan_state(struct boot *boot, struct plan *plan, struct err *err);

#endif
