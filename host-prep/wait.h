/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wait.h: waits until something comes: an interface or an address (rtnetlink(7)), or any device,
 * by the kernel's own events and by those that udev sends once a device has its links in /dev.
 *
 * What an event is about does not matter: whoever waits looks again.
 */
#ifndef BEDPLATE_HOST_PREP_WAIT_H
#define BEDPLATE_HOST_PREP_WAIT_H

#include <stdint.h>

#include "lib/err.h"

struct waiter {
	int link_fd, device_fd; /* -1 */
};

#define WAITER_INIT                            \
	{                                      \
		.link_fd = -1, .device_fd = -1 \
	}

/* Hears what comes from now on: to be opened before one looks for the first time. */
int waiter_open(struct waiter *waiter, struct err *err);
void waiter_release(struct waiter *waiter);
#define _cleanup_waiter_ __attribute__((cleanup(waiter_release)))

/* Returns 1 when something has come, and the flood that may come with it is over, or 0 at the
 * end (of clock_ms()). -EINTR where the program is asked to stop (lib/interrupt.h). */
int waiter_wait(struct waiter *waiter, int64_t end_ms, struct err *err);

#endif
