/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child.c: starts a program, hears it, and ends it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host-prep/child.h"
#include "lib/cleanup.h"

extern char **environ;

static void add_said(struct child *child, char c)
{
	if (c == '\n') {
		child->said_end = true;
		return;
	}
	if (child->said_end)
		child->said_length = 0;
	child->said_end = false;
	if (child->said_length + 1 < sizeof(child->said))
		child->said[child->said_length++] = c;
	child->said[child->said_length] = '\0';
}

void child_hear(struct child *child)
{
	char bytes[512];
	ssize_t length;

	while ((length = read(child->errors_fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < length; i++)
			add_said(child, bytes[i]);
	if (length == 0) {
		close(child->errors_fd);
		child->errors_fd = -1;
	}
}

static int spawn(struct child *child, const char *const *argv, int errors)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int result;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes,
				 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_adddup2(&actions, errors, 2);
	result = posix_spawnp(&child->pid, argv[0], &actions, &attributes,
			      (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -result;
}

int child_start(struct child *child, const char *const *argv)
{
	int ends[2], result;

	*child = (struct child)CHILD_INIT;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	result = spawn(child, argv, ends[1]);
	close(ends[1]);
	if (result) {
		close(ends[0]);
		child->pid = 0;
		return result;
	}
	child->errors_fd = ends[0];
	child->pid_fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	return 0;
}

int child_reap(struct child *child)
{
	int status = 0;

	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (child->errors_fd >= 0)
		child_hear(child);
	cleanup_close(&child->errors_fd);
	cleanup_close(&child->pid_fd);
	child->errors_fd = child->pid_fd = -1;
	child->pid = 0;
	return status;
}

void child_end(struct child *child)
{
	struct pollfd gone = { .fd = child->pid_fd, .events = POLLIN };

	if (!child->pid)
		return;
	kill(child->pid, SIGTERM);
	if (poll(&gone, 1, CHILD_END_MS) == 0)
		kill(child->pid, SIGKILL);
	child_reap(child);
}

void child_describe(const struct child *child, int status, char *text, size_t size)
{
	snprintf(text, size, "%s %d%s%.200s",
		 WIFSIGNALED(status) ? "killed by signal" : "status",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		 *child->said ? ": " : "", child->said);
}
