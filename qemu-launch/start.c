/* SPDX-License-Identifier: GPL-2.0-or-later */
/* start.c: the command start: by systemd where it runs, by supervisors of our own elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/interrupt.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/guest_log.h"
#include "qemu-launch/launch.h"
#include "qemu-launch/needs.h"
#include "qemu-launch/notify.h"
#include "qemu-launch/preflight.h"
#include "qemu-launch/show_jobs.h"
#include "qemu-launch/start.h"
#include "qemu-launch/state.h"
#include "qemu-launch/unit.h"

/* ---- a supervisor of our own ---- */

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
	/* The supervisor's own words: nobody else hears them. */
	_cleanup_close_ int log_fd =
		guest_log_open(root_fd, guest, GUEST_LOG_SUPERVISOR, err);
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

/* ---- somebody else's ---- */

/* Why the guest is not ready, from what its supervisor has written down. */
static int tell_state(const struct context *context, const char *guest, struct err *err)
{
	_cleanup_state_ struct state state = { .done = NULL };
	int result = state_read(&state, context->root_fd, guest, err);

	if (result)
		return result;
	return err_set(err, ECHILD, "%s",
		       *state.reason ? state.reason : "its supervisor has ended");
}

static int watch_states(const struct context *context, struct err *err)
{
	_cleanup_close_ int folder =
		file_open(context->root_fd, STATE_FOLDER, O_RDONLY | O_DIRECTORY, err);
	_cleanup_close_ int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[48];

	if (folder < 0)
		return folder;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", folder);
	if (fd < 0 || inotify_add_watch(fd, path, IN_MOVED_TO) < 0)
		return err_sys(err, errno, "watching /" STATE_FOLDER);
	return steal_fd(&fd);
}

/* A state is written aside and renamed into place. */
static int await_state(int watch_fd, int supervisor_fd, int64_t until, struct err *err)
{
	struct pollfd polled[] = { { .fd = watch_fd, .events = POLLIN },
				   { .fd = supervisor_fd, .events = POLLIN } };
	char events[4096];

	if (poll(polled, ARRAY_SIZE(polled), clock_timeout(until)) < 0 && interrupted)
		return err_set(err, EINTR, "not waited for any longer");
	if (until != CLOCK_NEVER && clock_ms() >= until)
		return err_set(err, ETIMEDOUT, "it is not ready in time");
	return read(watch_fd, events, sizeof(events)) < 0 && errno != EAGAIN
		       ? err_sys(err, errno, "watching /" STATE_FOLDER)
		       : 0;
}

/* One that runs, or is being started by somebody else. Its launch has its own deadlines. */
static int await_other(const void *data, const char *guest, struct err *err)
{
	const struct context *context = data;
	const struct guest *file = context_find(context, guest, err);
	uint64_t timeout = file ? file->data->guest.ready_timeout_ms : 0;
	int64_t until = timeout > INT32_MAX
				? CLOCK_NEVER
				: clock_ms() + (int64_t)timeout + LAUNCH_QMP_MS;
	_cleanup_close_ int watch_fd = watch_states(context, err);
	int result = watch_fd < 0 ? watch_fd : 0;

	while (!result && !needs_is_ready(guest, context->root_fd)) {
		_cleanup_state_ struct state state = { .done = NULL };
		_cleanup_close_ int fd = -1;

		result = state_read(&state, context->root_fd, guest, err);
		fd = process_id_open(&state.supervisor, NULL);
		if (!result && fd < 0)
			result = tell_state(context, guest, err);
		if (!result)
			result = await_state(watch_fd, fd, until, err);
	}
	return result;
}

/* A unit of a guest that is not ready in time is active: the guest runs. */
static int start_by_unit(const void *data, const char *guest, struct err *err)
{
	const struct context *context = data;
	_cleanup_state_ struct state state = { .done = NULL };
	int result = unit_ask("start", guest, err);

	if (needs_is_ready(guest, context->root_fd))
		return 0;
	/* systemctl's words are where to look for words. */
	if (result &&
	    (state_read(&state, context->root_fd, guest, NULL) || !*state.reason))
		return result;
	return tell_state(context, guest, err);
}

static bool is_supervised(const struct context *context, const char *guest)
{
	_cleanup_state_ struct state state = { .done = NULL };

	return !state_read(&state, context->root_fd, guest, NULL) &&
	       state_is_supervised(&state);
}

int start_begin(const struct jobs *jobs, size_t guest, pid_t *pid, struct err *err)
{
	const struct context *context = jobs->data;
	const char *name = jobs->order->guests[guest].name;

	if (is_supervised(context, name))
		return jobs_fork(await_other, context, name, pid, err);
	if (unit_is_used(context))
		return jobs_fork(start_by_unit, context, name, pid, err);
	return start_supervisor(context->root_fd, context->host.root, name, pid, err);
}

void start_skip_ready(struct jobs *jobs, const struct context *context)
{
	for (size_t i = 0; i < jobs->order->count; i++)
		if (jobs->items[i].state == JOB_WAITS &&
		    needs_is_ready(jobs->order->guests[i].name, context->root_fd))
			jobs->items[i].state = JOB_DONE;
}

/* ---- the command ---- */

static int choose(const struct args *args, const struct order *order, bool *chosen,
		  struct err *err)
{
	_cleanup_host_findings_ struct findings findings = FINDINGS_INIT;

	for (size_t i = 0; i < order->count; i++)
		for (size_t j = 0; j < args->operand_count; j++)
			chosen[i] |= !strcmp(order->guests[i].name, args->operands[j]);
	order_judge(order, chosen, &findings);
	order_complete(order, chosen);
	return preflight_tell(&findings, err);
}

static int start_all(const struct context *context, const struct order *order,
		     const bool *chosen, struct err *err)
{
	_cleanup_jobs_ struct jobs jobs = { .order = order,
					    .begin = start_begin,
					    .tell = show_failure,
					    .data = context };
	int result = jobs_init(&jobs, err);

	for (size_t i = 0; !result && i < order->count; i++)
		jobs.items[i].state = chosen[i] ? JOB_WAITS : JOB_NONE;
	if (!result && unit_is_used(context))
		result = unit_refresh(context, err);
	if (result)
		return EXIT_FAILED;
	start_skip_ready(&jobs, context);
	if (jobs_run(&jobs, err))
		return EXIT_FAILED;
	return jobs_have(&jobs, JOB_FAILED) || jobs_have(&jobs, JOB_LEFT_OUT)
		       ? EXIT_FAILED
		       : EXIT_DONE;
}

int start_run(const struct args *args, struct err *err)
{
	_cleanup_context_ struct context context;
	_cleanup_order_ struct order order = { .edges = NULL };
	_cleanup_free_ bool *chosen = NULL;

	if (context_open_operands(&context, args, err))
		return EXIT_USAGE;
	chosen = calloc(context.settings.guests.count + 1, sizeof(*chosen));
	if (!chosen || order_read(&order, context.settings.guests.items,
				  context.settings.guests.count, err))
		return err_sys(err, ENOMEM, "starting guests"), EXIT_FAILED;
	if (choose(args, &order, chosen, err))
		return EXIT_USAGE;
	return start_all(&context, &order, chosen, err);
}
