/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop.h: how a guest is brought to its end, gently first: the guest agent is asked, then the
 * power button is pressed; at StopTimeout= QEMU is told to quit, then SIGTERM, then SIGKILL.
 *
 * Pure: the supervisor takes the stages and waits for the guest's end between them.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_STOP_H
#define BEDPLATE_QEMU_LAUNCH_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/schema/guest.h"

enum stop_stage {
	STOP_NOT, /* it is not being stopped */
	STOP_AGENT,
	STOP_ACPI,
	STOP_QUIT,
	STOP_TERM,
	STOP_KILL,
	STOP_STUCK, /* it outlives SIGKILL: a device of the host's hangs in the kernel */
};

/* How long a killed process has until nobody waits for it any more; how often the power
 * button is pressed: a guest that is still booting misses the first time. */
enum { STOP_STUCK_MS = 15000, STOP_PRESS_MS = 10000 };

struct stop {
	enum stop_stage stage;
	int64_t began; /* clock_ms() */
	int64_t until; /* then the next stage comes; CLOCK_NEVER: none does */
	bool asked;    /* to shut down by itself */
};

/* Begins it; `can_answer`: the guest runs, so that it can shut down by itself. The stage is
 * to be taken then. */
void stop_begin(struct stop *stop, const struct guest_guest *guest, bool has_agent,
		bool can_answer, int64_t now);

/* Goes on to the next stage, which is to be taken then. Also before `until`, where the
 * present one has failed. */
void stop_next(struct stop *stop, const struct guest_guest *guest, int64_t now);

/* The agent has taken the request: the guest has the rest of StopTimeout= to shut down. */
void stop_give_time(struct stop *stop, const struct guest_guest *guest);

/* Whether it has been brought to an end that it was not to come to: it was asked and did not shut
 * down in time, or QEMU did not quit. */
bool stop_is_forced(const struct stop *stop);

const char *stop_stage_word(enum stop_stage stage);

#endif
