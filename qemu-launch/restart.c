/* SPDX-License-Identifier: GPL-2.0-or-later */
/* restart.c: decides on restarts. */
#include <stddef.h>
#include <string.h>

#include "lib/cleanup.h"
#include "qemu-launch/restart.h"

static bool is_wanted(const struct guest_guest *guest, enum ending ending)
{
	switch (ending) {
	case ENDING_CRASH:
		return guest->restart != guest_guest_restart_no;
	case ENDING_SHUTDOWN:
		return guest->restart == guest_guest_restart_always;
	case ENDING_REBOOT:
		return guest->on_reboot == guest_guest_on_reboot_restart;
	case ENDING_RESET:
		return true;
	case ENDING_PANIC:
		return guest->on_panic == guest_guest_on_panic_restart;
	case ENDING_QUIT:
	case ENDING_STOP:
		break;
	}
	return false;
}

/* Twice as long each time. */
static uint64_t delay_of(const struct guest_guest *guest, int restarts)
{
	uint64_t delay = guest->restart_delay_ms;

	for (int i = 1; i < restarts && delay < guest->restart_delay_max_ms; i++)
		delay *= 2;
	return delay < guest->restart_delay_max_ms ? delay : guest->restart_delay_max_ms;
}

struct restart restart_decide(const struct guest_guest *guest, enum ending ending,
			      int restarts, int64_t ran_ms)
{
	struct restart restart = { .restarts = 1 };

	if (!is_wanted(guest, ending))
		return (struct restart){ .again = false };
	/* What the guest itself or somebody asked for is no failure, and neither waits nor counts. */
	if (ending == ENDING_REBOOT || ending == ENDING_RESET)
		return (struct restart){ .again = true, .restarts = restarts };
	if (ran_ms < RESTART_FORGET_MS)
		restart.restarts += restarts;
	restart.limited = guest->restart_limit && restart.restarts > guest->restart_limit;
	restart.again = !restart.limited;
	restart.delay_ms = delay_of(guest, restart.restarts);
	return restart;
}

const char *ending_word(enum ending ending)
{
	static const char *const words[] = {
		[ENDING_CRASH] = "QEMU died",
		[ENDING_SHUTDOWN] = "the guest has shut down",
		[ENDING_REBOOT] = "the guest reboots",
		[ENDING_RESET] = "it was reset",
		[ENDING_PANIC] = "the guest's kernel panicked",
		[ENDING_QUIT] = "QEMU was told to quit",
		[ENDING_STOP] = "stopped",
	};

	return words[ending];
}

enum ending ending_of_reason(const char *reason)
{
	static const struct {
		const char *reason;
		enum ending ending;
	} reasons[] = {
		{ "guest-shutdown", ENDING_SHUTDOWN },
		{ "guest-reset", ENDING_REBOOT },
		{ "guest-panic", ENDING_PANIC },
		{ "host-error", ENDING_CRASH },
		{ "subsystem-reset", ENDING_REBOOT },
		{ "host-qmp-system-reset", ENDING_RESET },
	};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (!strcmp(reason, reasons[i].reason))
			return reasons[i].ending;
	return ENDING_QUIT;
}
