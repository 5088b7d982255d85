/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pidfd.h: processes by a descriptor, which is never another's (pidfd_open(2)). */
#ifndef BEDPLATE_LIB_PIDFD_H
#define BEDPLATE_LIB_PIDFD_H

/* Ends the process by SIGTERM, and by SIGKILL where that takes longer than `timeout_ms`, and
 * waits until it is gone: 0, also where it was before. -ETIMEDOUT where it outlives SIGKILL as
 * long, which is what hangs in the kernel does; -errno where it cannot be signalled
 * (pidfd_send_signal(2)). One of ours is still to be waited for (waitpid(2)). */
int pidfd_end(int fd, int timeout_ms);

#endif
