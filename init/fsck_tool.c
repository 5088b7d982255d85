/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fsck_tool.c: a checker's run, its words and its progress; see fsck_tool.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/clock.h"
#include "init/fsck_tool.h"
#include "lib/cleanup.h"
#include "lib/log.h"

enum { WORDS, PROGRESS, PIPES, LINES_MAX = 40 };

/* A pipe whose lines are gathered from what comes in pieces. */
struct lines {
	int fd;
	char text[512];
	size_t used;
};

struct run {
	const char *what;
	pid_t pid;
	struct lines pipes[PIPES];
	struct fsck_progress progress;
	unsigned lines_said;
	int64_t start_us, alive_us, said_us; /* alive: it last showed that it works */
	int64_t asked_us;                    /* to end; 0: not */
	unsigned long long ticks;            /* of the processor, used so far */
};

bool fsck_progress_parse(struct fsck_progress *progress, const char *line)
{
	struct fsck_progress found;

	if (sscanf(line, "%d %lu %lu", &found.pass, &found.done, &found.total) != 3 ||
	    found.pass < 1 || !found.total || found.done > found.total)
		return false;
	*progress = found;
	return true;
}

/* The worst bit counts. 32, cancelled, is a failure as well: nobody was there to cancel. */
enum fsck_outcome fsck_judge(int exit_status)
{
	if (exit_status & ~(1 | 2 | 4))
		return FSCK_FAILED;
	if (exit_status & 4)
		return FSCK_UNCORRECTED;
	if (exit_status & 2)
		return FSCK_REBOOT;
	return exit_status & 1 ? FSCK_CORRECTED : FSCK_CLEAN;
}

static void take_line(struct run *run, int which, const char *line)
{
	if (which == PROGRESS) {
		fsck_progress_parse(&run->progress, line);
		return;
	}
	line += strspn(line, " \r");
	if (!*line)
		return;
	/* A file system that is broken all over has more to say than a console can show. */
	if (++run->lines_said <= LINES_MAX)
		log_info("fsck: %s", line);
	else if (run->lines_said == LINES_MAX + 1)
		log_info("fsck: further lines are not shown");
}

/* Takes what has come; false at the pipe's end. */
static bool take(struct run *run, int which)
{
	struct lines *lines = &run->pipes[which];
	size_t room = sizeof(lines->text) - 1 - lines->used;
	ssize_t got = read(lines->fd, lines->text + lines->used, room);
	char *end;

	if (got <= 0)
		return got < 0 && (errno == EINTR || errno == EAGAIN);
	run->alive_us = clock_us();
	lines->used += (size_t)got;
	lines->text[lines->used] = '\0';
	while ((end = strchr(lines->text, '\n')) ||
	       lines->used == sizeof(lines->text) - 1) {
		size_t length = end ? (size_t)(end - lines->text) : lines->used;
		size_t gone = end ? length + 1 : length;

		lines->text[length] = '\0';
		take_line(run, which, lines->text);
		memmove(lines->text, lines->text + gone, lines->used - gone);
		lines->used -= gone;
		lines->text[lines->used] = '\0';
	}
	return true;
}

/* utime and stime, proc_pid_stat(5): the 12th and 13th field behind the name. */
static unsigned long long ticks_used(pid_t pid)
{
	unsigned long long user = 0, kernel = 0;
	char path[32], stat[512];
	_cleanup_close_ int fd = -1;
	const char *rest;
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, stat, sizeof(stat) - 1);
	if (got <= 0)
		return 0;
	stat[got] = '\0';
	rest = strrchr(stat, ')');
	if (rest)
		sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
		       &user, &kernel);
	return user + kernel;
}

static void say_progress(struct run *run)
{
	int seconds = (int)((clock_us() - run->start_us) / 1000000);
	unsigned long long ticks = ticks_used(run->pid);

	if ((clock_us() - run->said_us) / 1000 < FSCK_PROGRESS_MS)
		return;
	run->said_us = clock_us();
	if (ticks != run->ticks)
		run->alive_us = clock_us();
	run->ticks = ticks;
	if (run->progress.pass)
		log_info("checking %s: pass %d, %lu %%, %d s so far", run->what,
			 run->progress.pass,
			 run->progress.done * 100 / run->progress.total, seconds);
	else
		log_info("checking %s: %d s so far", run->what, seconds);
}

/* False when the tool does not end, whatever it is sent: its disk does not let it. */
static bool end_when_stalled(struct run *run)
{
	if (!run->asked_us && (clock_us() - run->alive_us) / 1000 >= FSCK_STALL_MS) {
		log_warning(
			"checking %s: no sign of life for %d s; the check is asked to end",
			run->what, FSCK_STALL_MS / 1000);
		run->asked_us = clock_us();
		kill(run->pid, SIGTERM);
	}
	if (!run->asked_us || (clock_us() - run->asked_us) / 1000 < FSCK_TERM_MS)
		return true;
	kill(run->pid, SIGKILL);
	return (clock_us() - run->asked_us) / 1000 < 2L * FSCK_TERM_MS;
}

/* Takes what lies in the pipes; true where there was something. */
static bool take_all(struct run *run, int wait_ms)
{
	struct pollfd polled[PIPES];

	for (int i = 0; i < PIPES; i++)
		polled[i] = (struct pollfd){ .fd = run->pipes[i].fd, .events = POLLIN };
	if (poll(polled, PIPES, wait_ms) <= 0)
		return false;
	for (int i = 0; i < PIPES; i++) {
		if (!polled[i].revents || take(run, i))
			continue;
		cleanup_close(&run->pipes[i].fd);
		run->pipes[i].fd = -1;
	}
	return true;
}

/* The end need not show in the pipes, which a child of the tool may hold: it is asked for. */
static int serve(struct run *run, int *status, struct err *err)
{
	while (waitpid(run->pid, status, WNOHANG) != run->pid) {
		take_all(run, 100);
		say_progress(run);
		if (!end_when_stalled(run))
			return err_set(err, ETIMEDOUT,
				       "the check of %s hangs and cannot be ended",
				       run->what);
	}
	while (take_all(run, 0))
		;
	return 0;
}

/* Descriptor numbers below 4 are taken by then: the child's pipes lie above, so that one
 * dup2 does not overwrite the next one's source. */
static int open_pipe(struct lines *lines, int *child_fd)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	lines->fd = ends[0];
	fcntl(lines->fd, F_SETFL, O_NONBLOCK);
	*child_fd = fcntl(ends[1], F_DUPFD_CLOEXEC, FSCK_PROGRESS_FD + 1);
	close(ends[1]);
	return *child_fd < 0 ? -errno : 0;
}

static int spawn(struct run *run, const char *const *argv, const int child_fds[PIPES])
{
	static const char *const environment[] = { "PATH=/sbin:/bin", "LC_ALL=C", NULL };
	posix_spawn_file_actions_t actions;
	int result;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, child_fds[WORDS], 1);
	posix_spawn_file_actions_adddup2(&actions, child_fds[WORDS], 2);
	posix_spawn_file_actions_adddup2(&actions, child_fds[PROGRESS], FSCK_PROGRESS_FD);
	result = posix_spawn(&run->pid, argv[0], &actions, NULL, (char *const *)argv,
			     (char *const *)environment);
	posix_spawn_file_actions_destroy(&actions);
	return -result;
}

static int start(struct run *run, const char *const *argv)
{
	int child_fds[PIPES] = { -1, -1 };
	int result = 0;

	for (int i = 0; i < PIPES; i++)
		run->pipes[i].fd = -1;
	for (int i = 0; !result && i < PIPES; i++)
		result = open_pipe(&run->pipes[i], &child_fds[i]);
	if (!result)
		result = spawn(run, argv, child_fds);
	for (int i = 0; i < PIPES; i++)
		cleanup_close(&child_fds[i]);
	return result;
}

int fsck_tool_run(const char *const *argv, const char *what, struct err *err)
{
	struct run run = { .what = what,
			   .start_us = clock_us(),
			   .alive_us = clock_us(),
			   .said_us = clock_us() };
	int status = 0, result = start(&run, argv);

	if (result)
		err_sys(err, -result, "starting %s", argv[0]);
	else
		result = serve(&run, &status, err);
	for (int i = 0; i < PIPES; i++)
		cleanup_close(&run.pipes[i].fd);
	if (result)
		return result;
	if (WIFSIGNALED(status))
		return err_set(err, ECHILD, "%s was ended by signal %d (%s)", argv[0],
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status);
}
