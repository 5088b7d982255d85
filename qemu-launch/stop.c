/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stop.c: the stages of a guest's end. */
#include <stddef.h>

#include "lib/clock.h"
#include "qemu-launch/stop.h"

static bool asks(const struct guest_guest *guest, enum guest_guest_stop way)
{
	for (size_t i = 0; i < guest->stop.count; i++)
		if (guest->stop.items[i] == way)
			return true;
	return false;
}

static int64_t after(int64_t begin, uint64_t span_ms)
{
	return span_ms > INT32_MAX ? CLOCK_NEVER : begin + (int64_t)span_ms;
}

static int64_t end_of(const struct stop *stop, const struct guest_guest *guest,
		      int64_t now)
{
	switch (stop->stage) {
	case STOP_AGENT:
		/* Where nothing else is tried, it has all the time. */
		return clock_earlier(after(now, asks(guest, guest_guest_stop_acpi)
							? guest->agent_timeout_ms
							: guest->stop_timeout_ms),
				     after(stop->began, guest->stop_timeout_ms));
	case STOP_ACPI:
		return after(stop->began, guest->stop_timeout_ms);
	case STOP_QUIT:
	case STOP_TERM:
		return after(now, guest->kill_timeout_ms);
	case STOP_KILL:
		return now + STOP_STUCK_MS;
	default:
		return CLOCK_NEVER;
	}
}

static void enter(struct stop *stop, enum stop_stage stage,
		  const struct guest_guest *guest, int64_t now)
{
	stop->stage = stage;
	stop->until = end_of(stop, guest, now);
	stop->asked |= stage == STOP_AGENT || stage == STOP_ACPI;
}

void stop_begin(struct stop *stop, const struct guest_guest *guest, bool has_agent,
		bool can_answer, int64_t now)
{
	stop->began = now;
	stop->asked = false;
	if (can_answer && has_agent && asks(guest, guest_guest_stop_agent))
		enter(stop, STOP_AGENT, guest, now);
	else if (can_answer && asks(guest, guest_guest_stop_acpi))
		enter(stop, STOP_ACPI, guest, now);
	else
		enter(stop, STOP_QUIT, guest, now);
}

void stop_next(struct stop *stop, const struct guest_guest *guest, int64_t now)
{
	enum stop_stage next = stop->stage + 1;

	if (stop->stage == STOP_NOT || stop->stage == STOP_STUCK)
		return;
	if (next == STOP_ACPI && !asks(guest, guest_guest_stop_acpi))
		next = STOP_QUIT;
	enter(stop, next, guest, now);
}

void stop_give_time(struct stop *stop, const struct guest_guest *guest)
{
	if (stop->stage == STOP_AGENT)
		stop->until = after(stop->began, guest->stop_timeout_ms);
}

bool stop_is_forced(const struct stop *stop)
{
	return stop->stage >= STOP_TERM || (stop->stage == STOP_QUIT && stop->asked);
}

const char *stop_stage_word(enum stop_stage stage)
{
	static const char *const words[] = {
		[STOP_NOT] = "not asked to stop",
		[STOP_AGENT] = "asked by its agent to shut down",
		[STOP_ACPI] = "asked by the power button to shut down",
		[STOP_QUIT] = "QEMU told to quit",
		[STOP_TERM] = "QEMU sent SIGTERM",
		[STOP_KILL] = "QEMU killed",
		[STOP_STUCK] = "QEMU outlives SIGKILL",
	};

	return words[stage];
}
