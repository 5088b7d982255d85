/* SPDX-License-Identifier: GPL-2.0-or-later */
/* start.c: the commands start, stop and restart: by systemd where it runs, by ourselves elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/interrupt.h"
#include "lib/process.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/context.h"
#include "qemu-launch/notify.h"
#include "qemu-launch/start.h"
#include "qemu-launch/state.h"
#include "qemu-launch/supervise.h"

/* Another root has its guests, but not systemd's. */
static bool has_unit(const struct context *context)
{
	return !context->host.root &&
	       file_exists(context->root_fd, "run/systemd/system") &&
	       (file_exists(context->root_fd, "run/systemd/generator/" START_UNIT) ||
		file_exists(context->root_fd, "usr/lib/systemd/system/" START_UNIT) ||
		file_exists(context->root_fd, "etc/systemd/system/" START_UNIT));
}

static int ask_systemd(const char *verb, const char *guest, struct err *err)
{
	char unit[300];
	const char *argv[] = { "systemctl", verb, unit, NULL };
	struct process process = { .argv = argv };

	snprintf(unit, sizeof(unit), "bedplate-guest@%.255s.service", guest);
	return process_run(&process, err);
}

/* ---- a supervisor of our own ---- */

/* The supervisor's own words: nobody else hears them. */
static int open_log(int root_fd, const char *guest, struct err *err)
{
	char path[STATE_PATH_MAX];
	int fd, result = file_make_dirs(root_fd, "var/log/bedplate/guests", err);

	if (result)
		return result;
	snprintf(path, sizeof(path), "var/log/bedplate/guests/%.240s.run.log", guest);
	fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	return fd >= 0 ? fd : err_sys(err, errno, "opening /%s", path);
}

static _Noreturn void become_supervisor(const char *guest, const char *root, int log_fd,
					int pipe_fd)
{
	const char *argv[] = { "bedplate-qemu-launch", "run", guest, "--root",
			       root ? root : "/",      NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char number[16];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	dup2(null, 0);
	dup2(null, 1);
	dup2(log_fd, 2);
	fcntl(pipe_fd, F_SETFD, 0);
	snprintf(number, sizeof(number), "%d", pipe_fd);
	setenv(NOTIFY_PIPE, number, 1);
	unsetenv("NOTIFY_SOCKET");
	if (!root)
		argv[3] = NULL;
	execv("/proc/self/exe", (char *const *)argv);
	_exit(127);
}

int start_supervisor(int root_fd, const char *root, const char *guest, pid_t *pid,
		     struct err *err)
{
	_cleanup_close_ int log_fd = open_log(root_fd, guest, err);
	int ends[2];

	if (log_fd < 0)
		return log_fd;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "starting %s", guest);
	*pid = fork();
	if (!*pid)
		become_supervisor(guest, root, log_fd, ends[1]);
	close(ends[1]);
	if (*pid > 0)
		return ends[0];
	close(ends[0]);
	return err_sys(err, errno, "starting %s", guest);
}

/* A line of the supervisor's: 1: ready; 0: nothing yet; -ECHILD: failed. */
static int take_line(const char *line, struct err *err)
{
	if (!strcmp(line, "READY=1"))
		return 1;
	if (!strncmp(line, "FAILED=", 7))
		return err_set(err, ECHILD, "%s", line + 7);
	return 0;
}

int start_await(int pipe_fd, struct err *err)
{
	char text[4096];
	size_t length = 0;

	for (;;) {
		ssize_t got = read(pipe_fd, text + length, sizeof(text) - 1 - length);
		char *end;

		if (got < 0 && errno == EINTR && interrupted)
			return err_set(err, EINTR, "not waited for any longer");
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_set(err, ECHILD, "its supervisor has ended");
		length += (size_t)got;
		text[length] = '\0';
		while ((end = strchr(text, '\n'))) {
			int result;

			*end = '\0';
			result = take_line(text, err);
			if (result)
				return result < 0 ? result : 0;
			length -= (size_t)(end + 1 - text);
			memmove(text, end + 1, length + 1);
		}
	}
}

static int start_guest(const struct context *context, const char *guest, struct err *err)
{
	_cleanup_close_ int pipe_fd = -1;
	pid_t pid;

	if (has_unit(context))
		return ask_systemd("start", guest, err);
	pipe_fd =
		start_supervisor(context->root_fd, context->host.root, guest, &pid, err);
	return pipe_fd < 0 ? pipe_fd : start_await(pipe_fd, err);
}

/* ---- stop ---- */

/* What a killed supervisor left behind is stopped here, as it would have been there. */
static int stop_orphan(const struct args *args, const char *guest, struct err *err)
{
	struct supervisor sup = { .args = args, .only_stop = true };

	return supervise(&sup, guest, err) == EXIT_DONE ? 0 : err->code;
}

static int await_end(const struct process_id *supervisor, int fd, struct err *err)
{
	struct pollfd gone = { .fd = fd, .events = POLLIN };
	int result = process_id_signal(supervisor, SIGTERM, err);

	while (!result && poll(&gone, 1, -1) < 0)
		if (interrupted)
			return err_set(err, EINTR, "not waited for any longer");
	return result == -ESRCH ? (err_clear(err), 0) : result;
}

int stop_guest(const struct context *context, const struct args *args, const char *guest,
	       struct err *err)
{
	_cleanup_state_ struct state state = { .done = NULL };
	_cleanup_close_ int fd = -1;
	int result = state_read(&state, context->root_fd, guest, err);

	if (result)
		return result;
	fd = process_id_open(&state.supervisor, NULL);
	if (fd >= 0 && has_unit(context))
		return ask_systemd("stop", guest, err);
	if (fd >= 0)
		result = await_end(&state.supervisor, fd, err);
	if (result)
		return result;
	/* It may have been killed instead. */
	state_release(&state);
	result = state_read(&state, context->root_fd, guest, err);
	if (!result && json_object_size(state.done))
		result = stop_orphan(args, guest, err);
	return result;
}

/* ---- commands ---- */

static int each(const struct args *args, bool stops, bool starts, struct err *err)
{
	_cleanup_context_ struct context context;
	int result = context_open(&context, args, err);

	if (!result && !args->operand_count)
		result = err_set(err, EINVAL, "which guest?");
	for (size_t i = 0; !result && i < args->operand_count; i++)
		if (!context_find(&context, args->operands[i], err))
			result = -ENOENT;
	if (result)
		return EXIT_USAGE;
	for (size_t i = 0; !result && i < args->operand_count; i++) {
		const char *guest = args->operands[i];

		if (stops)
			result = stop_guest(&context, args, guest, err);
		if (!result && starts)
			result = start_guest(&context, guest, err);
	}
	return result ? EXIT_FAILED : EXIT_DONE;
}

int start_run(const struct args *args, struct err *err)
{
	return each(args, false, true, err);
}

int stop_run(const struct args *args, struct err *err)
{
	return each(args, true, false, err);
}

int restart_run(const struct args *args, struct err *err)
{
	return each(args, true, true, err);
}
