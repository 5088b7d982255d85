/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jobs.c: works through the guests. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "qemu-launch/jobs.h"
#include "qemu-launch/notify.h"

int jobs_init(struct jobs *jobs, struct err *err)
{
	jobs->items = calloc(jobs->order->count + 1, sizeof(*jobs->items));
	if (!jobs->items)
		return err_sys(err, ENOMEM, "working on the guests");
	for (size_t i = 0; i < jobs->order->count; i++)
		jobs->items[i].fd = -1;
	return 0;
}

void jobs_release(struct jobs *jobs)
{
	for (size_t i = 0; jobs->items && i < jobs->order->count; i++)
		cleanup_close(&jobs->items[i].fd);
	free(jobs->items);
	jobs->items = NULL;
}

bool jobs_have(const struct jobs *jobs, enum job_state state)
{
	for (size_t i = 0; i < jobs->order->count; i++)
		if (jobs->items[i].state == state)
			return true;
	return false;
}

void jobs_settle(struct jobs *jobs, size_t guest, enum job_state state,
		 const char *reason)
{
	struct job *job = &jobs->items[guest];

	cleanup_close(&job->fd);
	job->fd = -1;
	job->state = state;
	job->ended = clock_ms();
	snprintf(job->reason, sizeof(job->reason), "%s", reason);
	if (jobs->tell)
		jobs->tell(jobs, guest);
}

void jobs_cancel(struct jobs *jobs)
{
	for (size_t i = 0; i < jobs->order->count; i++)
		if (jobs->items[i].state == JOB_WAITS)
			jobs->items[i].state = JOB_NONE;
}

/* ---- who is next ---- */

static bool is_settled(enum job_state state)
{
	return state != JOB_WAITS && state != JOB_WORKS;
}

static bool has_failed(enum job_state state)
{
	return state == JOB_FAILED || state == JOB_LEFT_OUT;
}

static void leave_out(struct jobs *jobs, const struct order_edge *edge)
{
	const struct job *job = &jobs->items[edge->needs];
	int first = (int)strcspn(job->reason, "\n"); /* the rest was told of that one */
	char reason[JOB_REASON_MAX];

	snprintf(reason, sizeof(reason), "it requires %s, which %s%s%.*s", edge->name,
		 job->state == JOB_FAILED ? "has failed" : "was not started",
		 *job->reason ? ": " : "", first < 900 ? first : 900, job->reason);
	jobs_settle(jobs, edge->guest, JOB_LEFT_OUT, reason);
}

/* Whether a waiting job can begin; it may be left out instead. */
static bool can_begin(struct jobs *jobs, size_t guest)
{
	for (size_t i = 0; i < jobs->order->edge_count; i++) {
		const struct order_edge *edge = &jobs->order->edges[i];
		size_t own = jobs->backwards ? edge->needs : edge->guest;
		size_t other = jobs->backwards ? edge->guest : edge->needs;

		if (own != guest || other == ORDER_NOBODY)
			continue;
		if (!is_settled(jobs->items[other].state))
			return false;
		if (jobs->backwards || !edge->is_required ||
		    !has_failed(jobs->items[other].state))
			continue;
		leave_out(jobs, edge);
		return false;
	}
	return true;
}

size_t jobs_next(struct jobs *jobs)
{
	size_t first = ORDER_NOBODY, i = 0;

	while (i < jobs->order->count) {
		enum job_state state = jobs->items[i].state;

		if (state == JOB_WAITS && can_begin(jobs, i))
			return i;
		/* Who was left out may be another one's reason. */
		if (state != jobs->items[i].state) {
			first = ORDER_NOBODY;
			i = 0;
			continue;
		}
		if (state == JOB_WAITS && first == ORDER_NOBODY)
			first = i;
		i++;
	}
	return jobs_have(jobs, JOB_WORKS) ? ORDER_NOBODY : first;
}

/* ---- pipes ---- */

static void replace(char *text, char from, char to)
{
	for (char *at = text; (at = strchr(at, from));)
		*at = to;
}

static void take_line(struct jobs *jobs, size_t guest, char *line)
{
	replace(line, NOTIFY_LINE_END, '\n');
	if (!strcmp(line, "READY=1"))
		jobs_settle(jobs, guest, JOB_DONE, "");
	else if (!strncmp(line, "FAILED=", 7))
		jobs_settle(jobs, guest, JOB_FAILED, line + 7);
}

static void take_lines(struct jobs *jobs, size_t guest)
{
	struct job *job = &jobs->items[guest];
	char *end;

	while (job->fd >= 0 && (end = memchr(job->line, '\n', job->length))) {
		size_t used = (size_t)(end + 1 - job->line);

		*end = '\0';
		take_line(jobs, guest, job->line);
		job->length -= used;
		memmove(job->line, end + 1, job->length);
	}
	/* A line that does not end is none of ours. */
	if (job->length == sizeof(job->line))
		job->length = 0;
}

static void take(struct jobs *jobs, size_t guest)
{
	struct job *job = &jobs->items[guest];
	ssize_t got =
		read(job->fd, job->line + job->length, sizeof(job->line) - job->length);

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		jobs_settle(jobs, guest, JOB_FAILED, "its supervisor has ended");
		return;
	}
	job->length += (size_t)got;
	take_lines(jobs, guest);
}

/* What has failed and what to do about it, in one text. */
static void failure_text(struct err *err, char text[JOB_REASON_MAX])
{
	err_hint_root(err);
	snprintf(text, JOB_REASON_MAX, "%s%s%s", err->text, *err->hint ? "; " : "",
		 err->hint);
}

static void begin(struct jobs *jobs, size_t guest)
{
	struct job *job = &jobs->items[guest];
	struct err err = ERR_INIT;
	char reason[JOB_REASON_MAX];

	job->began = clock_ms();
	job->state = JOB_WORKS;
	if (jobs->tell)
		jobs->tell(jobs, guest);
	job->fd = jobs->begin(jobs, guest, &job->pid, &err);
	if (job->fd >= 0)
		return;
	failure_text(&err, reason);
	jobs_settle(jobs, guest, JOB_FAILED, reason);
}

/* Waits for any of them. Signals come in here and nowhere else. */
static int await(struct jobs *jobs, const sigset_t *signals, struct err *err)
{
	size_t count = jobs->order->count;
	_cleanup_free_ struct pollfd *polled = calloc(count + 1, sizeof(*polled));

	if (!polled)
		return err_sys(err, ENOMEM, "working on the guests");
	for (size_t i = 0; i < count; i++)
		polled[i] = (struct pollfd){ .fd = jobs->items[i].fd, .events = POLLIN };
	if (interrupted || (ppoll(polled, count, NULL, signals) < 0 && interrupted))
		return err_set(err, EINTR, "not waited for any longer");
	for (size_t i = 0; i < count; i++)
		if (polled[i].revents)
			take(jobs, i);
	return 0;
}

int jobs_run(struct jobs *jobs, struct err *err)
{
	sigset_t before;
	int result = 0;

	interrupt_hold(&before);
	for (;;) {
		size_t next = interrupted ? ORDER_NOBODY : jobs_next(jobs);

		if (next != ORDER_NOBODY) {
			begin(jobs, next);
			continue;
		}
		if (!jobs_have(jobs, JOB_WORKS))
			break;
		result = await(jobs, &before, err);
		if (result)
			break;
	}
	interrupt_release(&before);
	if (!result && interrupted)
		result = err_set(err, EINTR, "not waited for any longer");
	return result;
}

/* A line is a line, whatever the words are. */
static void say_end(int fd, struct err *failure)
{
	char line[JOB_LINE_MAX] = "READY=1";

	if (failure) {
		memcpy(line, "FAILED=", 8);
		failure_text(failure, line + 7);
	}
	replace(line, '\n', NOTIFY_LINE_END);
	strcat(line, "\n");
	if (write(fd, line, strlen(line)) < 0)
		_exit(1);
}

int jobs_fork(int (*work)(const void *data, const char *guest, struct err *err),
	      const void *data, const char *guest, pid_t *pid, struct err *err)
{
	struct err own = ERR_INIT;
	sigset_t none;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "%s", guest);
	fflush(stdout);
	*pid = fork();
	if (*pid > 0)
		return close(ends[1]), ends[0];
	if (*pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return err_sys(err, errno, "%s", guest);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	say_end(ends[1], work(data, guest, &own) ? &own : NULL);
	_exit(0);
}
