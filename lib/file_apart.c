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

/* The caller may have threads: nothing but system calls from here on. */
static void write_and_exit(int root_fd, const char *path, const char *text, int out)
{
	int fd = openat(root_fd, path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		error = errno;
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

int file_write_apart(int root_fd, const char *path, const char *text, int timeout_ms,
		     struct err *err)
{
	int ends[2], error;
	pid_t child;

	if (*path == '/')
		path++;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "writing %s", path);
	child = fork();
	if (child == 0)
		write_and_exit(root_fd, path, text, ends[1]);
	error = child < 0 ? errno : 0;
	close(ends[1]);
	if (child > 0)
		error = wait_for(child, ends[0], timeout_ms);
	close(ends[0]);
	if (error == ETIMEDOUT)
		return err_set(err, error,
			       "writing %s: no answer from the kernel in %d s", path,
			       timeout_ms / 1000);
	return error ? err_sys(err, error, "writing %s", path) : 0;
}

static void sync_and_exit(int out)
{
	int error = 0;

	sync();
	_exit(write(out, &error, sizeof(error)) < 0);
}

int file_sync_apart(int timeout_ms, struct err *err)
{
	int ends[2], error;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "writing to the disks");
	child = fork();
	if (child == 0)
		sync_and_exit(ends[1]);
	error = child < 0 ? errno : 0;
	close(ends[1]);
	if (child > 0)
		error = wait_for(child, ends[0], timeout_ms);
	close(ends[0]);
	if (error == ETIMEDOUT)
		return err_set(err, error,
			       "a disk does not answer: what was to be written is not "
			       "after %d s",
			       timeout_ms / 1000);
	return error ? err_sys(err, error, "writing to the disks") : 0;
}
