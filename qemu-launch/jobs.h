/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jobs.h: something that is done with several guests, in order, at once where none waits for
 * another: starting, or (backwards) stopping them.
 *
 * How it works: a job waits until those in the order before it are settled. It is begun in
 * another process, which says by a pipe how it ends: READY=1 or FAILED=TEXT, one a line, or by
 * ending itself without a word. One poll(2) waits for all.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_JOBS_H
#define BEDPLATE_QEMU_LAUNCH_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"
#include "qemu-launch/order.h"

enum job_state {
	JOB_NONE,  /* nothing is to be done with this guest */
	JOB_WAITS, /* for others */
	JOB_WORKS,
	JOB_DONE,
	JOB_FAILED,
	JOB_LEFT_OUT, /* one that it requires has failed */
};

/* A failure's text and its hint. */
enum { JOB_REASON_MAX = sizeof(struct err) + 4, JOB_LINE_MAX = JOB_REASON_MAX + 16 };

struct job {
	enum job_state state;
	pid_t pid;            /* of the process that it is begun in */
	int fd;               /* of its pipe; -1 */
	int64_t began, ended; /* clock_ms() */
	char line[JOB_LINE_MAX];
	size_t length;
	char reason[JOB_REASON_MAX]; /* why it has failed or was left out */
};

struct jobs {
	const struct order *order;
	struct job *items; /* one for each guest of the order */
	bool backwards;    /* whoever waits for a guest comes before it */
	/* Begins the job: returns the pipe and sets *pid, or -errno. */
	int (*begin)(const struct jobs *jobs, size_t guest, pid_t *pid, struct err *err);
	/* A job's state has changed; NULL. */
	void (*tell)(const struct jobs *jobs, size_t guest);
	const void *data; /* theirs */
};

/* Makes the items; the rest is as it was given. 0 or -ENOMEM. */
int jobs_init(struct jobs *jobs, struct err *err);
void jobs_release(struct jobs *jobs);
#define _cleanup_jobs_ __attribute__((cleanup(jobs_release)))

/* Settles a job, with a reason or "". */
void jobs_settle(struct jobs *jobs, size_t guest, enum job_state state,
		 const char *reason);

/* Leaves out those that require one that has failed, and returns one that can begin, or
 * ORDER_NOBODY. Where only jobs wait that wait for each other, one of these. Does nothing but
 * look at states and set them. */
size_t jobs_next(struct jobs *jobs);

/* Does all of it. 0 when all are settled, however; -EINTR when somebody wants us to stop:
 * jobs that work go on, and may be waited for by calling it again. */
int jobs_run(struct jobs *jobs, struct err *err);

/* Takes away the jobs that have not begun. */
void jobs_cancel(struct jobs *jobs);

/* Whether any has this state. */
bool jobs_have(const struct jobs *jobs, enum job_state state);

/* Has a function done in another process, as `begin` is to: its failure becomes FAILED=. */
int jobs_fork(int (*work)(const void *data, const char *guest, struct err *err),
	      const void *data, const char *guest, pid_t *pid, struct err *err);

#endif
