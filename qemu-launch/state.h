/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h: /run/bedplate/guests/NAME.json: which processes a guest has, how far it has
 * come, and what is to be given back.
 *
 *	{"version": 1, "phase": "running", "ready": true, "since": SECONDS, "restarts": 0,
 *	 "reason": TEXT, "forced": false, "supervisor": {"pid", "start"}, "qemu": {"pid", "start"},
 *	 "times": {"start_us", "run_us", "ready_us"}, "awaits": TEXT, "done": {STEP: {...}, ...}}
 *
 * What a step of the launch is about to do stands in `done` before it is done: whoever comes
 * after a supervisor that was killed finds the guest, or knows what to clean up. It stands
 * beside the guest's folder, not in it: that is QEMU's user's, who is not to say what root
 * ends and gives away.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_STATE_H
#define BEDPLATE_QEMU_LAUNCH_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "qemu-launch/process_id.h"

#define STATE_FOLDER "run/bedplate/guests"

enum { STATE_PATH_MAX = 320, STATE_REASON_MAX = 512, STATE_AWAITS_MAX = 256 };

enum state_phase {
	STATE_OFF,      /* nothing runs */
	STATE_STARTING, /* steps of the launch are being taken */
	STATE_RUNNING,  /* its processors run */
	STATE_STOPPING,
	STATE_WAITING, /* it has ended and is to be started again in a while */
	STATE_FAILED,  /* it has ended and stays off: `reason` says why */
};

/* Of this life of the guest's, in clock_us() (lib/clock.h), which systemd's monotonic timestamps
 * are in, too; 0: not yet. */
struct state_times {
	int64_t start; /* its files were read, to start it */
	int64_t run;   /* its processors were let go */
	int64_t ready;
};

struct state {
	enum state_phase phase;
	bool ready;
	int64_t since;                 /* of the phase; seconds since 1970 */
	int restarts;                  /* since it ran well for long */
	char reason[STATE_REASON_MAX]; /* of the last end or failure; "" */
	bool forced;                   /* its last stop was (stop.h) */
	struct process_id supervisor, qemu;
	struct state_times times;
	char awaits[STATE_AWAITS_MAX]; /* what shows that it is ready, in words */
	json_t *done; /* an object: what is to be undone, by the steps' names */
};

int state_init(struct state *state, struct err *err);
void state_release(struct state *state);
#define _cleanup_state_ __attribute__((cleanup(state_release)))

const char *state_phase_word(enum state_phase phase);

/* Reads it into a released or zeroed state; one that is not there is STATE_OFF. -EBADMSG where
 * the file is no state of this version. */
int state_read(struct state *state, int root_fd, const char *guest, struct err *err);

/* Replaces it, mode 0600; STATE_FOLDER is to be there. */
int state_write(const struct state *state, int root_fd, const char *guest,
		struct err *err);

/* Begins another life: STATE_STARTING since `start` of clock_us(), and nothing reached yet. */
void state_begin(struct state *state, int64_t start);

/* Sets the phase and its time. */
void state_set_phase(struct state *state, enum state_phase phase);

/* Whether its supervisor is at work. */
bool state_is_supervised(const struct state *state);

/* Whether anything of the guest runs, or is to be given back. */
bool state_needs_stop(int root_fd, const char *guest);

#endif
