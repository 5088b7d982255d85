/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shell.c: starts the rescue shell and watches whether anybody uses it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/clock.h"
#include "init/password.h"
#include "init/shell.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/secret.h"

enum { LOOK_MS = 1000 };

static const char terminal[] = "/dev/console";

static const char *const environment[] = {
	"PATH=/sbin:/bin:/usr/sbin:/usr/bin",
	"HOME=/",
	"TERM=linux",
	"PS1=bedplate# ",
	"DM_DISABLE_UDEV=1",
	NULL,
};

/* `failed` is a pipe that an exec closes; a byte in it says that there was none. */
static void child(int failed, const char *hash)
{
	static const char *const argv[] = { "sh", NULL };
	sigset_t none;
	int fd;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	fd = open(terminal, O_RDWR);
	if (fd >= 0) {
		ioctl(fd, TIOCSCTTY, 1);
		for (int i = 0; i < 3; i++)
			dup2(fd, i);
		if (fd > 2)
			close(fd);
	}
	/* Without a terminal nobody could give the password. */
	if (hash[0] && fd < 0)
		_exit(126);
	if (hash[0]) {
		secret_hold();
		password_ask(STDIN_FILENO, hash);
	}
	execve("/bin/sh", (char *const *)argv, (char *const *)environment);
	if (write(failed, "!", 1) < 0)
		_exit(126);
	_exit(127);
}

/* Nobody could type into a shell without one. */
static bool has_terminal(void)
{
	_cleanup_close_ int fd =
		open(terminal, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		log_warning("there is no console: %s", strerror(errno));
	return fd >= 0;
}

/* Any time but now; one that is not the clock's where that was never set. */
enum { UNREAD_S = 1000000000 };

static void forget_typing(void)
{
	const struct timespec times[2] = { { .tv_sec = UNREAD_S },
					   { .tv_nsec = UTIME_OMIT } };

	utimensat(AT_FDCWD, terminal, times, 0);
}

static bool was_typed(void)
{
	struct stat st;

	return stat(terminal, &st) == 0 && st.st_atim.tv_sec != UNREAD_S;
}

/* Reaps all that has ended; true when the shell did. */
static bool reap(pid_t shell)
{
	bool ended = false;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		ended = ended || pid == shell;
	return ended || (pid < 0 && errno == ECHILD);
}

struct watch {
	pid_t shell;
	int started; /* the pipe's end: closed by the shell's exec; -1 afterwards */
	int ended; /* a pidfd, or -1 where the kernel has none: then it is looked at each
			second */
	int64_t quiet_us, since_us;
	bool typed;
	bool none;
};

static void look_at_start(struct watch *watch)
{
	char byte;

	watch->none = read(watch->started, &byte, 1) == 1;
	close(watch->started);
	watch->started = -1;
}

/* Nobody typed for that long. What is typed at the password's prompt begins the time
 * anew; one key in the shell ends it. */
static bool is_over(struct watch *watch)
{
	if (watch->typed || watch->quiet_us < 0)
		return false;
	if (was_typed()) {
		watch->typed = watch->started < 0;
		watch->since_us = clock_us();
		forget_typing();
	}
	return clock_us() - watch->since_us >= watch->quiet_us;
}

static enum shell_end watch_shell(struct watch *watch)
{
	while (!reap(watch->shell)) {
		struct pollfd news[] = { { .fd = watch->started, .events = POLLIN },
					 { .fd = watch->ended, .events = POLLIN } };

		if (poll(news, 2, LOOK_MS) > 0 && news[0].revents)
			look_at_start(watch);
		if (!is_over(watch))
			continue;
		kill(-watch->shell, SIGKILL);
		kill(watch->shell, SIGKILL);
		waitpid(watch->shell, NULL, 0);
		return SHELL_NOBODY;
	}
	if (watch->started >= 0)
		look_at_start(watch);
	return watch->none ? SHELL_NONE : SHELL_LEFT;
}

enum shell_end shell_run(const char *hash, uint64_t quiet_ms)
{
	/* A fault of /init's own takes over from the shell that was there. */
	static volatile pid_t before;
	struct watch watch = { .since_us = clock_us(), .quiet_us = -1 };
	enum shell_end end;
	int ends[2];

	if (before > 0)
		kill(-before, SIGKILL);
	if (access("/bin/sh", X_OK) < 0 || !has_terminal() || pipe2(ends, O_CLOEXEC) < 0)
		return SHELL_NONE;
	if (quiet_ms < INT64_MAX / 1000)
		watch.quiet_us = (int64_t)quiet_ms * 1000;
	forget_typing();
	watch.shell = fork();
	if (watch.shell == 0)
		child(ends[1], hash);
	close(ends[1]);
	watch.started = ends[0];
	if (watch.shell < 0) {
		close(ends[0]);
		return SHELL_NONE;
	}
	before = watch.shell;
	watch.ended = (int)syscall(SYS_pidfd_open, watch.shell, 0);
	end = watch_shell(&watch);
	before = 0;
	cleanup_close(&watch.started);
	cleanup_close(&watch.ended);
	return end;
}
