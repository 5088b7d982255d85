/* SPDX-License-Identifier: GPL-2.0-or-later */
/* detach.c: leaves processes behind. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host-prep/detach.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

static bool is_among(int fd, const int *keep, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (keep[i] == fd)
			return true;
	return false;
}

static void close_others(const int *keep, size_t count)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	for (int fd = 3; fd < 1024; fd++)
		if (!is_among(fd, keep, count))
			close(fd);
}

/* Out of the login session's control group, or the service's: whoever ends that (logind with
 * KillUserProcesses=yes, logind.conf(5)) kills all that is in it. */
static void leave_group(int root_fd)
{
	static const char *const groups[] = { "sys/fs/cgroup/cgroup.procs",
					      "sys/fs/cgroup/unified/cgroup.procs",
					      "sys/fs/cgroup/systemd/cgroup.procs" };

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		file_write(root_fd, groups[i], "0", NULL);
}

/* Its parent ends with 0, or the errno of why there is none. */
static void become_another(int root_fd)
{
	pid_t child;

	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	setsid();
	/* Before the fork: whoever waits for that knows that it is done. */
	leave_group(root_fd);
	child = chdir("/") < 0 ? -1 : fork();
	if (child)
		_exit(child < 0 ? errno : 0);
}

int detach(int root_fd, const int *keep, size_t count, void (*work)(void *data),
	   void *data, struct err *err)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return err_sys(err, errno, "leaving a process behind");
	if (child == 0) {
		become_another(root_fd);
		close_others(keep, count);
		log_open(LOG_TO_KMSG, "bedplate host-prep");
		work(data);
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	return err_sys(err, WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD,
		       "leaving a process behind");
}
