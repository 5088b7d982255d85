/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resident.h: waits with little memory. */
#ifndef BEDPLATE_QEMU_LAUNCH_RESIDENT_H
#define BEDPLATE_QEMU_LAUNCH_RESIDENT_H

#include <poll.h>

/* poll(2) for a process that waits long: before, it lets go of the pages that only what was done before needed. Those are
 * the program's own, which come back from its file where they are used, and the stack below the caller. */
int resident_poll(struct pollfd *polled, size_t count, int timeout_ms);

#endif
