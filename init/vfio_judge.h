/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_judge.h: what came of a plan for vfio-pci, by what the machine shows. */
#ifndef BEDPLATE_INIT_VFIO_JUDGE_H
#define BEDPLATE_INIT_VFIO_JUDGE_H

#include "init/vfio_plan.h"

/* Sets driver, result, group state and reason of every device that was to be bound, by the
 * functions and the firmware's screens that are there now. `missing` says why vfio-pci could
 * not be had, or is NULL. */
void vfio_judge_plan(struct vfio_plan *plan, const struct pci_list *functions,
		     const struct framebuffers *framebuffers, const char *missing);

#endif
