/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keeper_run.c: the process that keeps a program running. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host-prep/child.h"
#include "host-prep/detach.h"
#include "host-prep/keeper.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"

/* What the one who starts it is told, once. */
struct answer {
	int code; /* 0: the program is at work */
	char text[KEEPER_WORDS];
};

struct run {
	const struct keeper *keeper;
	struct keeper_report report;
	int answer_fd; /* -1: the answer is given */
	int file_fd, signal_fd;
	int watch_fd; /* on the folder of its pid file; -1: it is at work */
	struct child child;
	int64_t since_ms; /* it runs */
	unsigned quick;   /* its lives that were short, one after the other */
};

static void answer(struct run *run, int code, const char *text)
{
	struct answer answer = { .code = code };

	snprintf(answer.text, sizeof(answer.text), "%s", text);
	/* Whoever has asked may be gone. */
	if (run->answer_fd >= 0 &&
	    write(run->answer_fd, &answer, sizeof(answer)) != sizeof(answer))
		log_debug("nobody waits for %s", run->keeper->what);
	cleanup_close(&run->answer_fd);
	run->answer_fd = -1;
}

/* Whatever the one before has left says nothing of this one. */
static int start_child(struct run *run)
{
	run->since_ms = clock_boot_ms();
	unlinkat(run->keeper->root_fd, run->keeper->pid_path, 0);
	return child_start(&run->child, run->keeper->argv);
}

static void end_child(struct run *run)
{
	child_end(&run->child);
	unlinkat(run->keeper->root_fd, run->keeper->pid_path, 0);
}

static int reap(struct run *run)
{
	int status = child_reap(&run->child);

	child_describe(&run->child, status, run->report.words, sizeof(run->report.words));
	return status;
}

/* ---- waiting ---- */

enum event { TOLD_TO_END, CHILD_ENDED, FILE_CHANGED, TIME_IS_UP };

/* Sleeps until one of them; -1: for as long as it takes. What the program says is heard. */
static enum event await_event(struct run *run, int64_t deadline_ms)
{
	char events[4096];

	for (;;) {
		struct pollfd fds[] = { { .fd = run->signal_fd, .events = POLLIN },
					{ .fd = run->child.pid_fd, .events = POLLIN },
					{ .fd = run->child.errors_fd, .events = POLLIN },
					{ .fd = run->watch_fd, .events = POLLIN } };
		int64_t left = deadline_ms < 0 ? -1 : deadline_ms - clock_boot_ms();

		if (deadline_ms >= 0 && left <= 0)
			return TIME_IS_UP;
		if (poll(fds, ARRAY_SIZE(fds), (int)left) < 0)
			continue;
		if (fds[2].revents)
			child_hear(&run->child);
		if (fds[0].revents)
			return TOLD_TO_END;
		if (fds[1].revents)
			return CHILD_ENDED;
		if (fds[3].revents && read(run->watch_fd, events, sizeof(events)) >= 0)
			return FILE_CHANGED;
	}
}

static bool is_at_work(const struct run *run)
{
	uint64_t pid = 0;

	return !file_read_u64(run->keeper->root_fd, run->keeper->pid_path, &pid, NULL) &&
	       pid == (uint64_t)run->child.pid;
}

/* ---- the keeper ---- */

static void give_up(struct run *run)
{
	run->report.gave_up = true;
	keeper_write_report(run->file_fd, &run->report);
	log_error("%s: %s; it is not started again", run->keeper->what,
		  run->report.words);
}

/* False: it is not to be started again. */
static bool wait_to_restart(struct run *run, int status)
{
	bool wrong =
		WIFEXITED(status) && WEXITSTATUS(status) == run->keeper->wrong_status;
	int delay;

	run->quick =
		clock_boot_ms() - run->since_ms < KEEPER_QUICK_MS ? run->quick + 1 : 0;
	run->report.time = time(NULL);
	delay = wrong ? -1 : keeper_delay_ms(run->quick);
	if (delay < 0) {
		give_up(run);
		return false;
	}
	keeper_write_report(run->file_fd, &run->report);
	log_warning("%s: %s; it is started again", run->keeper->what, run->report.words);
	return await_event(run, clock_boot_ms() + delay) == TIME_IS_UP;
}

static bool restart(struct run *run)
{
	int result = start_child(run);

	if (result) {
		snprintf(run->report.words, sizeof(run->report.words), "%s: %s",
			 run->keeper->argv[0], strerror(-result));
		give_up(run);
		return false;
	}
	run->report.restarts++;
	keeper_write_report(run->file_fd, &run->report);
	return true;
}

static void keep(struct run *run)
{
	while (await_event(run, -1) == CHILD_ENDED) {
		int status = reap(run);

		if (!wait_to_restart(run, status) || !restart(run))
			break;
	}
	end_child(run);
}

static int lock_file(struct run *run)
{
	const struct keeper *keeper = run->keeper;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	run->file_fd = openat(keeper->root_fd, keeper->path,
			      O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (run->file_fd < 0)
		return -errno;
	if (fcntl(run->file_fd, F_SETLK, &lock) < 0)
		return -EBUSY;
	keeper_write_report(run->file_fd, &run->report);
	return 0;
}

static int watch_pid_file(struct run *run)
{
	const char *name = strrchr(run->keeper->pid_path, '/');
	char path[512];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%.*s", run->keeper->root_fd,
		 name ? (int)(name - run->keeper->pid_path) : 0, run->keeper->pid_path);
	run->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (run->watch_fd < 0 ||
	    inotify_add_watch(run->watch_fd, path, IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
		return -errno;
	return 0;
}

static int take_signals(struct run *run)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	run->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return run->signal_fd < 0 ? -errno : 0;
}

/* Until the program is at work: 0, or why it is not, with its words in the report. */
static int begin(struct run *run)
{
	int64_t deadline = clock_boot_ms() + run->keeper->timeout_ms;
	int result = start_child(run);
	enum event event;

	snprintf(run->report.words, sizeof(run->report.words), "%s",
		 strerror(result ? -result : ETIMEDOUT));
	if (result)
		return result;
	do
		event = await_event(run, deadline);
	while (event == FILE_CHANGED && !is_at_work(run));
	cleanup_close(&run->watch_fd);
	run->watch_fd = -1;
	if (event == FILE_CHANGED) {
		*run->report.words = '\0';
		return 0;
	}
	if (event == CHILD_ENDED)
		reap(run);
	else
		end_child(run);
	return event == CHILD_ENDED ? -ECHILD : -ETIMEDOUT;
}

static int be_ready(struct run *run)
{
	int result = lock_file(run);

	if (!result)
		result = take_signals(run);
	if (!result)
		result = watch_pid_file(run);
	if (result)
		snprintf(run->report.words, sizeof(run->report.words), "%s",
			 strerror(-result));
	return result ? result : begin(run);
}

static void be_keeper(void *data)
{
	struct run *run = data;
	int result;

	prctl(PR_SET_NAME, "bedplate-keeper");
	result = be_ready(run);
	/* Whoever is told of the failure finds nothing left of it. */
	if (result && result != -EBUSY)
		unlinkat(run->keeper->root_fd, run->keeper->path, 0);
	answer(run, result, run->report.words);
	if (result)
		return;
	keep(run);
	if (!run->report.gave_up)
		unlinkat(run->keeper->root_fd, run->keeper->path, 0);
}

/* ---- who starts it ---- */

static int read_answer(const struct keeper *keeper, int fd, struct err *err)
{
	struct pollfd answered = { .fd = fd, .events = POLLIN };
	struct answer answer;

	if (poll(&answered, 1, keeper->timeout_ms + 2 * CHILD_END_MS) == 0)
		return err_set(err, ETIMEDOUT, "%s: its keeper does not answer",
			       keeper->argv[0]);
	if (read(fd, &answer, sizeof(answer)) != sizeof(answer))
		return err_set(err, ECHILD, "%s: its keeper was killed", keeper->argv[0]);
	if (!answer.code)
		return 0;
	return err_set(err, -answer.code, "%s: %s", keeper->argv[0], answer.text);
}

int keeper_start(const struct keeper *keeper, struct err *err)
{
	struct run run = { .keeper = keeper,
			   .file_fd = -1,
			   .signal_fd = -1,
			   .watch_fd = -1,
			   .child = CHILD_INIT };
	_cleanup_close_ int from = -1, to = -1;
	int ends[2], keep_open[2], result;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "starting %s", keeper->argv[0]);
	from = ends[0];
	to = run.answer_fd = ends[1];
	keep_open[0] = keeper->root_fd;
	keep_open[1] = to;
	result = detach(keeper->root_fd, keep_open, ARRAY_SIZE(keep_open), be_keeper,
			&run, err);
	cleanup_close(&to);
	to = -1;
	return result ? result : read_answer(keeper, from, err);
}
