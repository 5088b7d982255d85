/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place_lock.c: one at a time works in the folder of images. */
#include <errno.h>
#include <poll.h>
#include <sys/file.h>
#include <time.h>

#include "lib/interrupt.h"
#include "lib/log.h"
#include "lib/place.h"

enum { LOCK_PAUSE_NS = 100000000 };

/* Asks again and again: a signal that comes just before a flock(2) that waits would be
 * noticed only when that has the lock. Signals are let in while nothing is asked. */
static int wait_for_lock(const struct place *place, struct err *err)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	sigset_t before;
	int result = -1;

	interrupt_hold(&before);
	errno = EWOULDBLOCK;
	while (result && errno == EWOULDBLOCK && !interrupted) {
		ppoll(NULL, 0, &pause, &before);
		result = flock(place->fd, LOCK_EX | LOCK_NB);
	}
	if (interrupted)
		result = err_set(err, EINTR, "interrupted");
	else if (result)
		result = err_sys(err, errno, "locking %s", place->dir);
	interrupt_release(&before);
	return result;
}

/* The lock is the folder's own, so that nothing lies about and a killed program's lock is
 * gone with it. */
int place_lock(const struct place *place, struct err *err)
{
	if (!flock(place->fd, LOCK_EX | LOCK_NB))
		return 0;
	if (errno == EWOULDBLOCK) {
		log_info("another bedplate works in %s; waiting for it", place->dir);
		return wait_for_lock(place, err);
	}
	return err_sys(err, errno, "locking %s", place->dir);
}
