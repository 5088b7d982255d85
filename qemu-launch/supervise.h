/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise.h: the supervisor of one guest: starts it, watches it, stops it, starts it again.
 *
 * How it works: one loop waits in poll(2) for QEMU's end (its pidfd), QMP, signals (SIGTERM,
 * SIGINT: stop by the policy; SIGUSR1: place threads again), the readiness that is waited for,
 * the host's clock (a jump tells that it was suspended), and for deadlines. What is decided
 * (stages of a stop, restarts) is decided by pure functions (stop.h, restart.h).
 */
#ifndef BEDPLATE_QEMU_LAUNCH_SUPERVISE_H
#define BEDPLATE_QEMU_LAUNCH_SUPERVISE_H

#include "lib/err.h"
#include "qemu-launch/context.h"
#include "qemu-launch/launch.h"
#include "qemu-launch/ready.h"
#include "qemu-launch/restart.h"
#include "qemu-launch/stop.h"

struct supervisor {
	struct launch launch;
	const struct args *args;
	struct context context; /* the files, read anew for each start */
	struct guest_setup setup;
	bool only_stop; /* what another supervisor left behind is stopped; nothing is started */
	struct stop stop;
	struct qmp agent;     /* while it is asked to shut down */
	uint64_t agent_asked; /* 0: its answer is known, or it was not asked */
	struct ready ready;
	bool awaits_ready;
	int64_t ready_until; /* then the start has failed; CLOCK_NEVER */
	enum ending ending;
	bool has_ending; /* QEMU has said why it ends */
	int signal_fd, clock_fd, lock_fd;
	int64_t started;  /* clock_ms() */
	int64_t meet_at;  /* a lost QMP socket is tried again; CLOCK_NEVER */
	int64_t trim_at;  /* the console's log is cut */
	int64_t press_at; /* the power button is pressed again */
	int64_t slept_ms; /* that the host was suspended since its boot */
};

/* Runs the guest until it is stopped or stays off; the supervisor is zeroed but for `args` and
 * `only_stop`. An exit code. */
int supervise(struct supervisor *sup, const char *name, struct err *err);

/* ---- between its sources ---- */

/* Waits for the guest's end. 0, or -ETIMEDOUT where QEMU outlives SIGKILL. */
int supervise_loop(struct supervisor *sup, struct err *err);

/* Begins to stop it; a second time does nothing. */
void supervise_stop(struct supervisor *sup);
/* Goes on with a stop whose stage's time is over, or whose agent has answered. */
void supervise_step_stop(struct supervisor *sup);

/* Takes QEMU's events that have come. */
void supervise_take_events(struct supervisor *sup);

#endif
