/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.c: child programs: argument vectors, a deadline, captured output.
 *
 * How it works: the child gets a process group of its own, so that a deadline ends it
 * with all it started. Its pipes are read and fed in one poll(2) loop until both outputs
 * are at their end, then it is waited for; a pidfd tells the end of a child that left its
 * pipes to others.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/process.h"

extern char **environ;

enum { PIPE_INPUT, PIPE_OUTPUT, PIPE_ERRORS, PIPE_COUNT };
enum { STOP_LOOK_MS = 1000, KILL_WAIT_MS = 2000, QUIET_MAX = 64 << 10 };

struct process_run {
	pid_t pid;
	int pid_fd;
	int fds[PIPE_COUNT];       /* our ends */
	int child_fds[PIPE_COUNT]; /* the child's ends */
	size_t input_done;
};

static void run_release(struct process_run *run)
{
	for (int i = 0; i < PIPE_COUNT; i++) {
		cleanup_close(&run->fds[i]);
		cleanup_close(&run->child_fds[i]);
	}
	cleanup_close(&run->pid_fd);
}

static int run_open_pipes(struct process_run *run, const struct process *process)
{
	int ends[2];

	for (int i = 0; i < PIPE_COUNT; i++)
		run->fds[i] = run->child_fds[i] = -1;
	if (process->input) {
		if (pipe2(ends, O_CLOEXEC) < 0)
			return -errno;
		run->fds[PIPE_INPUT] = ends[1];
		run->child_fds[PIPE_INPUT] = ends[0];
	} else {
		run->child_fds[PIPE_INPUT] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	for (int i = PIPE_OUTPUT; i < PIPE_COUNT; i++) {
		if (!(i == PIPE_OUTPUT ? process->output : process->errors))
			continue;
		if (pipe2(ends, O_CLOEXEC) < 0)
			return -errno;
		run->fds[i] = ends[0];
		run->child_fds[i] = ends[1];
	}
	for (int i = 0; i < PIPE_COUNT; i++) {
		if (run->fds[i] >= 0)
			fcntl(run->fds[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

/* Signals are set back for the child: who ignores SIGPIPE or blocks SIGCHLD speaks for
 * itself. */
static int run_spawn(struct process_run *run, const struct process *process)
{
	char *const *envp = process->envp ? (char *const *)process->envp : environ;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	int result;

	sigemptyset(&none);
	sigfillset(&defaults);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
						      POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	for (int i = 0; i < PIPE_COUNT; i++) {
		if (run->child_fds[i] >= 0)
			posix_spawn_file_actions_adddup2(&actions, run->child_fds[i], i);
	}
	/* To itself: that takes away its close-on-exec, in the child alone (POSIX.1-2024). */
	if (process->held_fd > 0)
		posix_spawn_file_actions_adddup2(&actions, process->held_fd,
						 process->held_fd);
	result = posix_spawnp(&run->pid, process->argv[0], &actions, &attributes,
			      (char *const *)process->argv, envp);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (result)
		return -result;
	for (int i = 0; i < PIPE_COUNT; i++) {
		cleanup_close(&run->child_fds[i]);
		run->child_fds[i] = -1;
	}
	run->pid_fd = (int)syscall(SYS_pidfd_open, run->pid, 0);
	if (run->pid_fd >= 0)
		return 0;
	result = -errno;
	kill(-run->pid, SIGKILL);
	waitpid(run->pid, NULL, 0);
	return result;
}

static void run_close(struct process_run *run, int which)
{
	cleanup_close(&run->fds[which]);
	run->fds[which] = -1;
}

static void run_feed(struct process_run *run, const char *input)
{
	size_t left = strlen(input) - run->input_done;
	ssize_t done =
		left ? write(run->fds[PIPE_INPUT], input + run->input_done, left) : 0;

	if (done > 0)
		run->input_done += (size_t)done;
	if (run->input_done == strlen(input) || (done < 0 && errno != EAGAIN))
		run_close(run, PIPE_INPUT);
}

/* False at the end of the pipe, or when nothing more is there now. */
static bool run_drain(struct process_run *run, int which, struct strbuf *into)
{
	char chunk[4096];
	ssize_t got = read(run->fds[which], chunk, sizeof(chunk));

	if (got > 0) {
		strbuf_add(into, chunk, (size_t)got);
		return true;
	}
	if (got == 0 || (errno != EAGAIN && errno != EINTR))
		run_close(run, which);
	return false;
}

static void run_drain_all(struct process_run *run, const struct process *process)
{
	while (run->fds[PIPE_OUTPUT] >= 0 && run_drain(run, PIPE_OUTPUT, process->output))
		;
	while (run->fds[PIPE_ERRORS] >= 0 && run_drain(run, PIPE_ERRORS, process->errors))
		;
}

/* A signal between our look and poll(2) is seen a slice later. */
static int slice(const struct process *process, int wait_ms)
{
	return process->stop && (wait_ms < 0 || wait_ms > STOP_LOOK_MS) ? STOP_LOOK_MS
									: wait_ms;
}

/* Serves the pipes until the child has ended; -ETIMEDOUT at the deadline. */
static int run_serve(struct process_run *run, const struct process *process)
{
	int64_t deadline = clock_ms() + process->timeout_ms;
	struct pollfd polled[PIPE_COUNT + 1];

	for (;;) {
		int wait_ms = process->timeout_ms ? (int)(deadline - clock_ms()) : -1;

		if (process->timeout_ms && wait_ms <= 0)
			return -ETIMEDOUT;
		if (process->stop && *process->stop)
			return -EINTR;
		for (int i = 0; i < PIPE_COUNT; i++)
			polled[i] =
				(struct pollfd){ .fd = run->fds[i], .events = POLLIN };
		polled[PIPE_INPUT].events = POLLOUT;
		polled[PIPE_COUNT] =
			(struct pollfd){ .fd = run->pid_fd, .events = POLLIN };
		if (poll(polled, PIPE_COUNT + 1, slice(process, wait_ms)) < 0 &&
		    errno != EINTR)
			return -errno;
		if (polled[PIPE_INPUT].fd >= 0 && polled[PIPE_INPUT].revents)
			run_feed(run, process->input);
		run_drain_all(run, process);
		if (polled[PIPE_COUNT].revents) {
			run_drain_all(run, process);
			return 0;
		}
	}
}

static const char *last_line(const struct strbuf *text, char *line, size_t size)
{
	const char *start, *end = text->text + text->length;
	size_t length;

	while (end > text->text && end[-1] == '\n')
		end--;
	for (start = end; start > text->text && start[-1] != '\n';)
		start--;
	length = (size_t)(end - start) < size ? (size_t)(end - start) : size - 1;
	memcpy(line, start, length);
	line[length] = '\0';
	return line;
}

static int process_judge(const struct process *process, struct err *err)
{
	char line[256] = "";
	const char *said =
		process->errors ? last_line(process->errors, line, sizeof(line)) : "";
	const char *colon = *said ? ": " : "";

	if (WIFSIGNALED(process->status))
		return err_set(err, ECHILD, "%s: killed by signal %d (%s)%s%s",
			       process->argv[0], WTERMSIG(process->status),
			       strsignal(WTERMSIG(process->status)), colon, said);
	if (WEXITSTATUS(process->status))
		return err_set(err, ECHILD, "%s: exit status %d%s%s", process->argv[0],
			       WEXITSTATUS(process->status), colon, said);
	return 0;
}

/* A child in the kernel's uninterruptible sleep outlives SIGKILL; nobody waits for it. */
static bool run_has_ended(const struct process_run *run, int timeout_ms)
{
	struct pollfd polled = { .fd = run->pid_fd, .events = POLLIN };

	return poll(&polled, 1, timeout_ms) != 0;
}

static int refuse_start(const struct process *process, int code, struct err *err)
{
	err_sys(err, code, "starting %s", process->argv[0]);
	if (code == ENOENT && process->package)
		err_hint(err, "the package %s has %s", process->package,
			 process->argv[0]);
	return -code;
}

int process_run(struct process *process, struct err *err)
{
	__attribute__((cleanup(run_release))) struct process_run run = { .pid_fd = -1 };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int result = run_open_pipes(&run, process);

	if (!result)
		result = run_spawn(&run, process);
	if (result)
		return refuse_start(process, -result, err);
	sigaction(SIGPIPE, &ignore, &before);
	result = run_serve(&run, process);
	sigaction(SIGPIPE, &before, NULL);
	if (result)
		kill(-run.pid, SIGKILL);
	if (result && !run_has_ended(&run, KILL_WAIT_MS))
		return err_set(
			err, ETIMEDOUT,
			"%s: not done after %d ms, and not to be killed: it hangs in "
			"the kernel",
			process->argv[0], process->timeout_ms);
	while (waitpid(run.pid, &process->status, 0) < 0 && errno == EINTR)
		;
	if (result == -ETIMEDOUT)
		return err_set(err, ETIMEDOUT, "%s: not done after %d ms, killed",
			       process->argv[0], process->timeout_ms);
	if (result)
		return err_sys(err, -result, "%s", process->argv[0]);
	return process_judge(process, err);
}

int process_run_quiet(struct process *process, struct err *err)
{
	_cleanup_strbuf_ struct strbuf said;
	struct process quiet = *process;
	int result;

	strbuf_init(&said, QUIET_MAX);
	quiet.output = quiet.output ? quiet.output : &said;
	quiet.errors = quiet.errors ? quiet.errors : &said;
	result = process_run(&quiet, err);
	process->status = quiet.status;
	return result;
}
