/* SPDX-License-Identifier: GPL-2.0-or-later */
/* turn.h: locks that one command at a time has, which others wait for, but not without end. */
#ifndef BEDPLATE_QEMU_LAUNCH_TURN_H
#define BEDPLATE_QEMU_LAUNCH_TURN_H

#include "lib/err.h"

enum { TURN_MS = 30000 };

/* Locks an open file (flock(2)): -EBUSY where another has had it for TURN_MS, -EINTR where the program is to
 * stop. `what` is what the other does. The lock goes with the descriptor. */
int turn_take(int fd, const char *what, struct err *err);

#endif
