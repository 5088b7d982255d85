/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmod.h: the steps by which modules come and go. */
#ifndef BEDPLATE_HOST_PREP_KMOD_H
#define BEDPLATE_HOST_PREP_KMOD_H

#include <stddef.h>

#include "host-prep/part.h"
#include "lib/kmod.h"

/* Adds the step that loads item `item` of [KernelModules] Load=, and notes it in the journal's
 * {NAME: {}}, with {NAME: {"for": ...}} of each that comes with it; nothing where it is there (kmod_load.c). */
int kmod_plan_load(const struct part_context *context, size_t item, struct steps *steps,
		   struct err *err);

/* Adds the step that unloads a module. */
int kmod_plan_unload(const struct part_context *context, const char *name,
		     struct steps *steps, struct err *err);

#endif
