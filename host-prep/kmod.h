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

/* Runs modprobe or rmmod; fails as process_run does. Where we are killed it goes on, and holds the
 * lock (journal_lock; 0: none) until it has ended: a `down` before that would find no module to
 * unload, and forget it. */
int kmod_run(const char *const *argv, int lock_fd, struct err *err);

/* Adds the step that unloads a module. */
int kmod_plan_unload(const struct part_context *context, const char *name,
		     struct steps *steps, struct err *err);

#endif
