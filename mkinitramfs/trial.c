/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trial.c: runs QEMU and listens to it.
 *
 * How it works: the child is a process group of its own with the lowest priorities, tied to
 * this process by a death signal. One poll(2) loop reads the console, the report port and
 * QEMU's own words until the guest has handed over, QEMU has ended, a deadline has passed or
 * a signal came. Then the group is killed, whatever is left of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/log.h"
#include "mkinitramfs/image.h"
#include "mkinitramfs/trial_private.h"

enum { CONSOLE, REPORT, ERRORS, STREAMS };

struct trial {
	struct trial_result *result;
	const char *token;
	pid_t pid;
	int fds[STREAMS];
	struct trial_stream streams[STREAMS];
	bool handed_over;
};

/* ---- the child ---- */

/* ioprio_set(2) has no header of its own. */
enum { IO_WHO_PROCESS = 1, IO_CLASS_IDLE = 3, IO_CLASS_SHIFT = 13 };

static void be_humble(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "1000", 4) < 0)
		errno = 0; /* not allowed: no matter */
	if (fd >= 0)
		close(fd);
	setpriority(PRIO_PROCESS, 0, 19);
	syscall(SYS_ioprio_set, IO_WHO_PROCESS, 0, IO_CLASS_IDLE << IO_CLASS_SHIFT);
}

static void inherit(int fd)
{
	fcntl(fd, F_SETFD, fcntl(fd, F_GETFD) & ~FD_CLOEXEC);
}

static void child_run(const struct trial_plan *plan, char **argv, pid_t parent,
		      const int ends[2])
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	be_humble();
	signal(SIGXFSZ, SIG_DFL);
	setrlimit(RLIMIT_CORE, &(const struct rlimit){ 0, 0 });
	dup2(null, STDIN_FILENO);
	dup2(ends[0], STDOUT_FILENO);
	dup2(ends[1], STDERR_FILENO);
	for (size_t i = 0; i < plan->disk_count; i++)
		inherit(plan->disks[i]);
	inherit(plan->kernel_fd);
	inherit(plan->report_fd);
	execv(argv[0], argv);
	_exit(127);
}

/* Parts the arguments' lines in place. */
static char **argv_make(char *text)
{
	size_t count = 1;
	char **argv;

	for (const char *c = text; *c; c++)
		count += *c == '\n';
	argv = calloc(count + 1, sizeof(*argv));
	for (size_t i = 0; argv && *text; i++) {
		argv[i] = text;
		text += strcspn(text, "\n");
		*text++ = '\0';
	}
	return argv;
}

static int trial_start(struct trial *trial, const struct trial_plan *plan,
		       struct err *err)
{
	int console[2] = { -1, -1 }, errors[2] = { -1, -1 };
	_cleanup_strbuf_ struct strbuf text;
	_cleanup_free_ char **argv = NULL;
	pid_t parent = getpid();

	strbuf_init(&text, 0);
	trial_arguments(plan, &text);
	argv = text.overflow ? NULL : argv_make(text.text);
	if (!argv)
		return err_sys(err, ENOMEM, "starting %s", plan->qemu);
	if (pipe2(console, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0)
		return err_sys(err, errno, "starting %s", plan->qemu);
	trial->pid = fork();
	if (!trial->pid)
		child_run(plan, argv, parent, (const int[]){ console[1], errors[1] });
	close(console[1]);
	close(errors[1]);
	trial->fds[CONSOLE] = console[0];
	trial->fds[ERRORS] = errors[0];
	return trial->pid < 0 ? err_sys(err, errno, "starting %s", plan->qemu) : 0;
}

/* ---- listening ---- */

struct line_context {
	struct trial *trial;
	int stream;
};

static void line_found(void *context, const char *line)
{
	const struct line_context *from = context;
	struct trial *trial = from->trial;

	log_debug("guest: %s", line);
	if (from->stream == ERRORS)
		snprintf(trial->result->errors, sizeof(trial->result->errors), "%s",
			 line);
	else if (trial_take(trial->result, line, trial->token, from->stream == CONSOLE))
		trial->handed_over = true;
}

static void stream_read(struct trial *trial, int stream)
{
	struct line_context context = { trial, stream };
	char data[4096];
	ssize_t got = read(trial->fds[stream], data, sizeof(data));

	if (got > 0)
		trial_feed(&trial->streams[stream], data, (size_t)got, line_found,
			   &context);
	else if (!got || (errno != EINTR && errno != EAGAIN))
		close(steal_fd(&trial->fds[stream]));
}

/* Until something comes, but no longer than this. Signals come here and nowhere else. */
static void listen_once(struct trial *trial, int64_t timeout_ms, const sigset_t *mask)
{
	const struct timespec timeout = { .tv_sec = timeout_ms / 1000,
					  .tv_nsec = timeout_ms % 1000 * 1000000 };
	struct pollfd polled[STREAMS];

	for (int i = 0; i < STREAMS; i++)
		polled[i] = (struct pollfd){ .fd = trial->fds[i], .events = POLLIN };
	if (ppoll(polled, STREAMS, &timeout, mask) <= 0)
		return;
	for (int i = 0; i < STREAMS; i++)
		if (polled[i].revents)
			stream_read(trial, i);
}

/* Until when the console may be silent: for so long (0: for ever) after each line, and once
 * /init runs for ever. */
static int64_t silence_end(const struct trial *trial, int64_t silence_ms)
{
	return silence_ms && !trial->result->init_started ? clock_ms() + silence_ms
							  : INT64_MAX;
}

/* QEMU holds the console's other end for as long as it lives. */
static enum trial_end listen_until(struct trial *trial, int64_t silence_ms,
				   int64_t deadline, const sigset_t *mask)
{
	int64_t silent_until = silence_end(trial, silence_ms);
	size_t lines = 0;

	for (;;) {
		int64_t now = clock_ms();

		if (trial->handed_over)
			return TRIAL_HANDED_OVER;
		if (trial->fds[CONSOLE] < 0 || interrupted)
			return TRIAL_ENDED;
		if (now >= deadline)
			return TRIAL_TIMEOUT;
		if (trial->result->line_count != lines)
			silent_until = silence_end(trial, silence_ms);
		lines = trial->result->line_count;
		if (now >= silent_until)
			return TRIAL_SILENT;
		listen_once(trial,
			    (silent_until < deadline ? silent_until : deadline) - now,
			    mask);
	}
}

/* A signal that came between a look at interrupted and the wait would be lost. */
static enum trial_end listen(struct trial *trial, int64_t silence_ms, int64_t deadline)
{
	enum trial_end end;
	sigset_t before;

	interrupt_hold(&before);
	end = listen_until(trial, silence_ms, deadline, &before);
	interrupt_release(&before);
	return end;
}

/* What was written before the end is still in the pipes. */
static void drain(struct trial *trial)
{
	for (int i = 0; i < STREAMS; i++) {
		struct pollfd polled = { .fd = trial->fds[i], .events = POLLIN };

		while (trial->fds[i] >= 0 && poll(&polled, 1, 0) > 0) {
			stream_read(trial, i);
			polled.fd = trial->fds[i];
		}
	}
}

static void trial_stop(struct trial *trial)
{
	kill(-trial->pid, SIGKILL);
	kill(trial->pid, SIGKILL); /* before it had a group of its own */
	while (waitpid(trial->pid, &trial->result->status, 0) < 0 && errno == EINTR)
		;
}

int trial_run(const struct trial_plan *plan, const char *token, int64_t silence_ms,
	      int64_t deadline_ms, int report_read_fd, struct trial_result *result,
	      struct err *err)
{
	struct trial trial = { .result = result,
			       .token = token,
			       .fds = { -1, report_read_fd, -1 } };
	int failed;

	memset(result, 0, sizeof(*result));
	failed = trial_start(&trial, plan, err);
	if (failed)
		return failed;
	result->end = listen(&trial, silence_ms, clock_ms() + deadline_ms);
	trial_stop(&trial);
	drain(&trial);
	if (trial.handed_over)
		result->end = TRIAL_HANDED_OVER;
	for (int i = 0; i < STREAMS; i++)
		if (i != REPORT)
			cleanup_close(&trial.fds[i]);
	return interrupted ? err_set(err, EINTR, "interrupted") : 0;
}
