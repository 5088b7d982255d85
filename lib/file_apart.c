/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file_apart.c: writes in a child with a deadline. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file_apart.h"

/* What the child does. */
struct work {
	int root_fd;
	const char *path, *text; /* path NULL: nothing is written, the disks are synced */
};

/* The caller may have threads: nothing but system calls from here on. */
static void work_and_exit(const struct work *work, int out)
{
	int error = 0, fd;

	if (work->path) {
		fd = openat(work->root_fd, work->path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, work->text, strlen(work->text)) < 0)
			error = errno;
	} else {
		sync();
	}
	_exit(write(out, &error, sizeof(error)) < 0);
}

static int poll_once(int fd, int timeout_ms)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	int ready;

	do
		ready = poll(&polled, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	return ready;
}

/* The child's errno, or ETIMEDOUT. */
static int wait_for(pid_t child, int fd, int timeout_ms)
{
	int error = EIO;

	if (poll_once(fd, timeout_ms) <= 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, WNOHANG);
		return ETIMEDOUT;
	}
	if (read(fd, &error, sizeof(error)) != sizeof(error))
		error = EIO;
	waitpid(child, NULL, 0);
	return error;
}

/* 0 or a positive errno; ETIMEDOUT where the child is left behind. */
static int run_apart(const struct work *work, int timeout_ms)
{
	int ends[2], error;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	child = fork();
	if (child == 0)
		work_and_exit(work, ends[1]);
	error = child < 0 ? errno : 0;
	close(ends[1]);
	if (child > 0)
		error = wait_for(child, ends[0], timeout_ms);
	close(ends[0]);
	return error;
}

int file_write_apart(int root_fd, const char *path, const char *text, int timeout_ms,
		     struct err *err)
{
	const struct work work = { root_fd, *path == '/' ? path + 1 : path, text };
	int error = run_apart(&work, timeout_ms);

	if (error == ETIMEDOUT)
		return err_set(err, error,
			       "writing %s: no answer from the kernel in %d s", work.path,
			       timeout_ms / 1000);
	return error ? err_sys(err, error, "writing %s", work.path) : 0;
}

int file_sync_apart(int timeout_ms, struct err *err)
{
	const struct work work = { .path = NULL };
	int error = run_apart(&work, timeout_ms);

	if (error == ETIMEDOUT)
		return err_set(err, error,
			       "a disk does not answer: what was to be written is not "
			       "after %d s",
			       timeout_ms / 1000);
	return error ? err_sys(err, error, "writing to the disks") : 0;
}
