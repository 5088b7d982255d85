/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saved_watch.c: the watchdog that brings a saved state back. */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host-prep/detach.h"
#include "host-prep/journal.h"
#include "host-prep/saved.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/log.h"

enum { LOCK_TRIES = 100, LOCK_PAUSE_MS = 100 };

/* Sleeps until something in the folder is taken away, or the deadline; without inotify it
 * looks twice a second. */
static void wait_for_change(int watch, int64_t deadline)
{
	struct pollfd look = { .fd = watch, .events = POLLIN };
	int64_t left = deadline - clock_boot_ms();
	char events[4096];

	if (left < 0)
		return;
	if (watch < 0 && left > 500)
		left = 500;
	if (left > INT32_MAX)
		left = INT32_MAX;
	if (poll(&look, 1, (int)left) > 0 && read(watch, events, sizeof(events)) < 0)
		return;
}

/* Whoever is at work has some seconds to come to an end: the one that has hung must not keep
 * the old state from coming back. */
static int lock_or_not(int root_fd)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		int fd = journal_lock(root_fd, NULL);

		if (fd >= 0)
			return fd;
		poll(NULL, 0, LOCK_PAUSE_MS);
	}
	return -1;
}

struct watchdog {
	int root_fd;
	int saved_fd;     /* of the file, which has a name until it is confirmed */
	int64_t deadline; /* of clock_boot_ms(): the time that a machine slept counts */
};

/* Another change may wait by now, with a watchdog of its own. */
static bool waits(const struct watchdog *watchdog)
{
	struct stat st;

	return fstat(watchdog->saved_fd, &st) == 0 && st.st_nlink > 0;
}

static void be_watchdog(void *data)
{
	const struct watchdog *watchdog = data;
	int events = inotify_init1(IN_CLOEXEC);
	struct err err = ERR_INIT;
	char path[64];
	_cleanup_close_ int lock_fd = -1;

	snprintf(path, sizeof(path), "/proc/self/fd/%d/run/bedplate", watchdog->root_fd);
	if (events >= 0 &&
	    inotify_add_watch(events, path, IN_DELETE | IN_MOVED_FROM) < 0) {
		close(events);
		events = -1;
	}
	while (waits(watchdog) && clock_boot_ms() < watchdog->deadline)
		wait_for_change(events, watchdog->deadline);
	if (!waits(watchdog))
		return;
	lock_fd = lock_or_not(watchdog->root_fd);
	/* It may have been confirmed in the last moment. */
	if (!waits(watchdog))
		return;
	log_warning("not confirmed: the network is what it was before");
	if (saved_restore(watchdog->root_fd, true, &err))
		log_err(&err);
}

int saved_watch(int root_fd, int seconds, struct err *err)
{
	_cleanup_close_ int saved_fd = saved_open(root_fd, err);
	struct watchdog watchdog = { .root_fd = root_fd,
				     .saved_fd = saved_fd,
				     .deadline =
					     clock_boot_ms() + (int64_t)seconds * 1000 };
	const int keep[] = { root_fd, saved_fd };

	if (saved_fd < 0 ||
	    detach(root_fd, keep, ARRAY_SIZE(keep), be_watchdog, &watchdog, err))
		return err_wrap(err, "starting the watchdog");
	return 0;
}
