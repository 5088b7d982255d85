/* SPDX-License-Identifier: GPL-2.0-or-later */
/* turn.c: waits for a lock with a deadline, which flock(2) itself does not have. */
#include <errno.h>
#include <poll.h>
#include <sys/file.h>

#include "lib/clock.h"
#include "lib/interrupt.h"
#include "qemu-launch/turn.h"

enum { AGAIN_MS = 20 };

int turn_take(int fd, const char *what, struct err *err)
{
	int64_t end = clock_ms() + TURN_MS;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, errno, "waiting for another command");
		if (interrupted)
			return err_set(err, EINTR, "interrupted");
		if (clock_ms() >= end)
			return err_set(err, EBUSY, "another command %s, for %d s now",
				       what, TURN_MS / 1000);
		poll(NULL, 0, AGAIN_MS);
	}
	return 0;
}
