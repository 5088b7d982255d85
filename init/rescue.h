/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rescue.h: what happens when the boot cannot go on. */
#ifndef BEDPLATE_INIT_RESCUE_H
#define BEDPLATE_INIT_RESCUE_H

#include <stdbool.h>

#include "lib/err.h"

struct boot;

/* Shows the diagnosis on the consoles, then by policy gives a shell, and returns when it
 * was left so that the boot is tried again; or ends the machine after a delay and does
 * not return. A shell that nobody types into for ShellTimeout= is as none. */
void rescue(struct boot *boot, const struct err *err);

/* For something that is not as it is wanted (OnFailure=rescue) though the boot could go on:
 * shows it with its hint, gives a shell, and returns, so that the caller looks again, once, and
 * goes on. Where nobody takes the shell, a reboot is wanted (reboot.h), which happens once and
 * never in a loop; or the machine ends if rd.emergency= says poweroff or halt. */
void rescue_finding(struct boot *boot, const struct err *err);

/* Gives a shell in the middle of a good boot (rd.break), unless there are to be none at all
 * (rd.shell=0); returns when it was left. */
void rescue_break(struct boot *boot, const char *step);

/* Writes a text to every console that the kernel has; see console.h. */
void rescue_show(const struct boot *boot, const char *text);

/* Makes SIGSEGV and its kin say what happened and follow the policy, instead of a kernel
 * panic without a reason. `boot` must stay. */
void rescue_catch_faults(struct boot *boot);

#endif
