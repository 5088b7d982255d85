/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stopping.h: stops guests, in reverse order and several at once: for the commands stop, restart and
 * shutdown, and for boot. */
#ifndef BEDPLATE_QEMU_LAUNCH_STOPPING_H
#define BEDPLATE_QEMU_LAUNCH_STOPPING_H

#include "lib/err.h"
#include "qemu-launch/context.h"
#include "qemu-launch/jobs.h"

/* What stopping needs to know: the data of its jobs. */
struct stopping {
	const struct context *context;
	const struct args *args;
};

/* Has a guest shut down and waits for it; also one whose supervisor was killed. 0 as well where
 * it does not run. */
int stop_guest(const struct stopping *stopping, const char *guest, struct err *err);

/* Begins one of the jobs. */
int stop_begin_job(const struct jobs *jobs, size_t guest, pid_t *pid, struct err *err);

#endif
