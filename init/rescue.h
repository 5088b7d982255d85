/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rescue.h: what happens when the boot cannot go on. */
#ifndef BEDPLATE_INIT_RESCUE_H
#define BEDPLATE_INIT_RESCUE_H

#include <stdbool.h>

#include "lib/err.h"

struct boot;

/* Shows the diagnosis on the consoles, then by policy gives a shell, and returns when it
 * was left so that the boot is tried again; or ends the machine after a delay and does
 * not return. */
void rescue(struct boot *boot, const struct err *err);

/* Gives a shell in the middle of a good boot (rd.break); returns when it was left. */
void rescue_break(struct boot *boot, const char *step);

/* Writes a text to every console that the kernel has. */
void rescue_show(const struct boot *boot, const char *text);

/* Makes SIGSEGV and its kin say what happened and follow the policy, instead of a kernel
 * panic without a reason. `boot` must stay. */
void rescue_catch_faults(struct boot *boot);

#endif
