/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interrupt.h: signals that ask the program to stop: SIGINT, SIGTERM, SIGHUP. */
#ifndef BEDPLATE_LIB_INTERRUPT_H
#define BEDPLATE_LIB_INTERRUPT_H

#include <signal.h>

/* One has come: what is being made is given up. */
extern volatile sig_atomic_t interrupted;

/* Has these signals noted from now on. Calls that wait are not restarted. */
void interrupt_catch(void);

/* Holds them back; *before is for ppoll(2), which lets them in, and for interrupt_release. A
 * signal that comes between a look at `interrupted` and a call that waits would be
 * noticed only when the call is over. */
void interrupt_hold(sigset_t *before);
void interrupt_release(const sigset_t *before);

#endif
