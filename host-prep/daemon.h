/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemon.h: programs that go on in the background: known again by their files and arguments. */
#ifndef BEDPLATE_HOST_PREP_DAEMON_H
#define BEDPLATE_HOST_PREP_DAEMON_H

#include <sys/types.h>

#include "lib/err.h"

/* The process that the file names, if one of its arguments is this one (numbers are used
 * again), or else the one in our network namespace that has this argument. 0 where there is
 * none. */
pid_t daemon_pid(int root_fd, const char *pid_path, const char *argument);

/* Ends the process (0: none), waits until it is gone, and removes the file: who is no longer
 * root cannot do that itself. */
int daemon_end(int root_fd, const char *pid_path, pid_t pid, struct err *err);

/* Runs a command; a failure has its last line. */
int daemon_command(const char *const *argv, int timeout_ms, struct err *err);

/* Adds to a failure what can be done about it, where what was said tells. Returns its code. */
int daemon_hint(const char *said, struct err *err);

#endif
