/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pidfd.c: ends processes by descriptor. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/pidfd.h"

int pidfd_end(int fd, int timeout_ms)
{
	static const int signals[] = { SIGTERM, SIGKILL };
	struct pollfd gone = { .fd = fd, .events = POLLIN };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (syscall(SYS_pidfd_send_signal, fd, signals[i], NULL, 0) < 0)
			return errno == ESRCH ? 0 : -errno;
		if (poll(&gone, 1, timeout_ms) > 0)
			return 0;
	}
	return -ETIMEDOUT;
}
