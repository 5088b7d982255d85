/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/pidfd.c */
/* test_pidfd.c: what is ended is gone. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/pidfd.h"
#include "tests/unit/tap.h"

/* A child that waits; its descriptor comes once it is as deaf as asked for. */
static pid_t start(bool deaf, int *fd)
{
	int ready[2];
	char byte;
	pid_t pid = pipe(ready) == 0 ? fork() : -1;

	if (pid == 0) {
		if (deaf)
			signal(SIGTERM, SIG_IGN);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	while (read(ready[0], &byte, 1) < 0 && errno == EINTR)
		;
	close(ready[0]);
	*fd = (int)syscall(SYS_pidfd_open, pid, 0);
	return pid;
}

static void ends(bool deaf, int timeout_ms, int signal, const char *what)
{
	int fd, status = 0;
	pid_t pid = start(deaf, &fd);
	struct pollfd gone = { .fd = fd, .events = POLLIN };

	is_int(pidfd_end(fd, timeout_ms), 0, "%s is ended", what);
	is_int(poll(&gone, 1, 0), 1, "and gone by then");
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == signal, "by signal %d", signal);
	is_int(pidfd_end(fd, timeout_ms), 0, "once is enough");
	close(fd);
}

int main(void)
{
	ends(false, 20000, SIGTERM, "one that hears");
	ends(true, 1000, SIGKILL, "one that does not");
	is_int(pidfd_end(-1, 0), -EBADF, "no descriptor is an error");
	return done_testing();
}
