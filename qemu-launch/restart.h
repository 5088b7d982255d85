/* SPDX-License-Identifier: GPL-2.0-or-later */
/* restart.h: whether a guest that has ended is started again, and when. Pure. */
#ifndef BEDPLATE_QEMU_LAUNCH_RESTART_H
#define BEDPLATE_QEMU_LAUNCH_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/schema/guest.h"

/* How a guest came to its end. */
enum ending {
	ENDING_CRASH,    /* QEMU died, or could not be started again */
	ENDING_SHUTDOWN, /* the guest switched itself off */
	ENDING_REBOOT,   /* it rebooted, and QEMU ends with that */
	ENDING_RESET,    /* somebody pressed reset, and QEMU ends with that */
	ENDING_PANIC,    /* its kernel panicked, and QEMU ends with that */
	ENDING_QUIT,     /* somebody told QEMU to */
	ENDING_STOP,     /* we did */
};

/* What it has run for is counted as well, and its restarts forgotten. */
enum { RESTART_FORGET_MS = 600000 };

struct restart {
	bool again;
	uint64_t delay_ms;
	int restarts; /* with this one */
	bool limited; /* it would, had it not been too often */
};

/* `restarts` before this one, and how long it ran. */
struct restart restart_decide(const struct guest_guest *guest, enum ending ending,
			      int restarts, int64_t ran_ms);

const char *ending_word(enum ending ending);

/* What QEMU's SHUTDOWN event says of the end: its `reason` (QEMU qapi/run-state.json,
 * ShutdownCause). */
enum ending ending_of_reason(const char *reason);

#endif
