/* SPDX-License-Identifier: GPL-2.0-or-later */
/* start.h: starts supervisors and stops them; for `boot` and `shutdown`, too. */
#ifndef BEDPLATE_QEMU_LAUNCH_START_H
#define BEDPLATE_QEMU_LAUNCH_START_H

#include <sys/types.h>

#include "lib/err.h"
#include "qemu-launch/context.h"

#define START_UNIT "bedplate-guest@.service"

/* Starts `run GUEST` detached from the terminal; *pid is its process. Returns the descriptor of
 * the pipe that it speaks to (notify.h), which ends with it. */
int start_supervisor(int root_fd, const char *root, const char *guest, pid_t *pid,
		     struct err *err);

/* Waits until the guest is ready. -ECHILD with its supervisor's words where it fails; -EINTR. */
int start_await(int pipe_fd, struct err *err);

/* Has a guest shut down and waits for it; also one whose supervisor was killed. 0 as well where
 * it does not run. */
int stop_guest(const struct context *context, const struct args *args, const char *guest,
	       struct err *err);

#endif
