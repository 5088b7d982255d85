/* SPDX-License-Identifier: GPL-2.0-or-later */
/* start.h: starts guests, in order and several at once: for the commands start and boot. */
#ifndef BEDPLATE_QEMU_LAUNCH_START_H
#define BEDPLATE_QEMU_LAUNCH_START_H

#include <sys/types.h>

#include "lib/err.h"
#include "qemu-launch/context.h"
#include "qemu-launch/jobs.h"

/* Starts `run GUEST` detached from the terminal; *pid is its process. Returns the descriptor of
 * the pipe that it speaks to (notify.h), which ends with it. */
int start_supervisor(int root_fd, const char *root, const char *guest, pid_t *pid,
		     struct err *err);

/* Begins one of the jobs, whose data is the context: by systemd where it has the unit; one that
 * somebody else is starting is waited for. */
int start_begin(const struct jobs *jobs, size_t guest, pid_t *pid, struct err *err);

/* Settles the jobs of those that are ready already. */
void start_skip_ready(struct jobs *jobs, const struct context *context);

#endif
