/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise.h: the supervisor of one guest: starts it, watches it, stops it, starts it again.
 *
 * How it works: one loop waits in poll(2) for QEMU's end (its pidfd), QMP, signals (SIGTERM,
 * SIGINT: stop by the policy; SIGUSR1: place threads again, look for USB devices), the readiness that is waited for,
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

enum { SUPERVISE_HELPERS = 64 };

struct supervisor {
	struct launch launch;
	const struct args *args;
	struct context context; /* the files, read anew for each start */
	struct guest_setup setup;
	bool is_lenient; /* it runs: it is watched by what can be read of files that may be wrong */
	bool is_adopted; /* it runs by another supervisor's start */
	bool only_stop; /* what another supervisor left behind is stopped; nothing is started */
	struct stop stop;
	struct qmp agent;     /* while it is asked to shut down */
	uint64_t agent_asked; /* 0: its answer is known, or it was not asked */
	struct ready ready;
	bool awaits_ready;
	int64_t ready_until; /* then the start has failed; CLOCK_NEVER */
	enum ending ending;
	bool has_ending; /* QEMU has said why it ends */
	bool panicked;   /* its kernel has, and it is reset for it */
	int signal_fd, clock_fd, lock_fd;
	int ports_fd;     /* the guest's ports are ours; -1 */
	int64_t started;  /* clock_ms() */
	int64_t meet_at;  /* a lost QMP socket is tried again; CLOCK_NEVER */
	int64_t trim_at;  /* the console's log is cut */
	int64_t press_at; /* the power button is pressed again */
	int64_t usb_at;   /* a USB device that QEMU refused is tried again; CLOCK_NEVER */
	int64_t commit_at; /* it is looked whether QEMU holds writes back still; CLOCK_NEVER */
	int usb_again_ms;        /* after which time; it grows */
	int watch_fd, uevent_fd; /* helpers and the kernel's events; -1 */
	int helper_fds[SUPERVISE_HELPERS];
	size_t helper_count;
	int64_t slept_ms; /* that the host was suspended since its boot */
};

/* Runs the guest until it is stopped or stays off; the supervisor is zeroed but for `args` and
 * `only_stop`. An exit code. */
int supervise(struct supervisor *sup, const char *name, struct err *err);

/* ---- between its sources ---- */

/* Starts it: -EINTR where somebody wants it to stop by then. */
int supervise_start(struct supervisor *sup, struct err *err);

/* Waits for the guest's end. 0, or -ETIMEDOUT where QEMU outlives SIGKILL. */
int supervise_loop(struct supervisor *sup, struct err *err);

/* Tells whoever waits for the guest that it is not ready, and will not be in time; it runs on. */
void supervise_not_ready(struct supervisor *sup, const char *why);

/* A commit (snapshot.h) that is killed while QEMU holds the guest's writes back is taken back a few seconds later: what
 * JOB_STATUS_CHANGE tells, after an adoption what it would have told, and the look. */
void supervise_take_job(struct supervisor *sup, const json_t *job);
void supervise_await_commit(struct supervisor *sup);
void supervise_look_commit(struct supervisor *sup);

/* Whether it is to be watched or stopped whatever its file and host.conf have become: it runs. */
bool supervise_is_lenient(const struct supervisor *sup);

/* Begins to stop it; a second time does nothing. */
void supervise_stop(struct supervisor *sup);
/* Goes on with a stop whose stage's time is over, or whose agent has answered. */
void supervise_step_stop(struct supervisor *sup);

/* Helpers and USB devices are watched from one to the other. */
void supervise_watch_begin(struct supervisor *sup);
void supervise_watch_take(struct supervisor *sup);
void supervise_watch_end(struct supervisor *sup);

/* Looks which of the guest's USB devices are there, and plugs in what QEMU does not find. */
void supervise_look_usb(struct supervisor *sup);

/* Takes QEMU's events that have come. */
void supervise_take_events(struct supervisor *sup);

#endif
