/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/stop.c qemu-launch/restart.c */
/* test_ql_stop.c: a guest's end comes gently first, and its restarts wait longer and longer. */
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "qemu-launch/restart.h"
#include "qemu-launch/stop.h"
#include "tap.h"

static enum guest_guest_stop both[] = { guest_guest_stop_agent, guest_guest_stop_acpi };

static struct guest_guest guest = {
	.stop = { both, 2 },
	.agent_timeout_ms = 10,
	.stop_timeout_ms = 90,
	.kill_timeout_ms = 5,
	.restart = guest_guest_restart_on_failure,
	.restart_delay_ms = 1000,
	.restart_delay_max_ms = 5000,
	.restart_limit = 5,
};

static void expect(const struct stop *stop, enum stop_stage stage, int64_t until,
		   const char *why)
{
	is_int(stop->stage, stage, "%s", why);
	is_int(stop->until, until, "... and until when");
}

static void test_stages(void)
{
	struct stop stop;

	stop_begin(&stop, &guest, true, true, 1000);
	expect(&stop, STOP_AGENT, 1010, "first the agent, shortly");
	stop_next(&stop, &guest, 1010);
	expect(&stop, STOP_ACPI, 1090, "then the power button, up to StopTimeout=");
	ok(!stop_is_forced(&stop), "... which is no force");
	stop_next(&stop, &guest, 1090);
	expect(&stop, STOP_QUIT, 1095, "then QEMU is told to quit");
	ok(stop_is_forced(&stop), "... which is, for it was asked");
	stop_next(&stop, &guest, 1095);
	expect(&stop, STOP_TERM, 1100, "then SIGTERM");
	stop_next(&stop, &guest, 1100);
	expect(&stop, STOP_KILL, 1100 + STOP_STUCK_MS, "then SIGKILL");
	stop_next(&stop, &guest, 2000);
	expect(&stop, STOP_STUCK, CLOCK_NEVER, "and then nothing helps");
	stop_next(&stop, &guest, 2000);
	expect(&stop, STOP_STUCK, CLOCK_NEVER, "which stays so");
}

static void test_ways(void)
{
	struct guest_guest other = guest;
	struct stop stop;

	stop_begin(&stop, &guest, true, true, 1000);
	stop_give_time(&stop, &guest);
	expect(&stop, STOP_AGENT, 1090, "an agent that took it has StopTimeout=");
	stop_begin(&stop, &guest, false, true, 1000);
	expect(&stop, STOP_ACPI, 1090, "without an agent the power button is first");
	stop_begin(&stop, &guest, true, false, 1000);
	expect(&stop, STOP_QUIT, 1005, "a guest that stands still is not asked");
	other.stop.count = 1;
	stop_begin(&stop, &other, true, true, 1000);
	expect(&stop, STOP_AGENT, 1090, "an agent alone has all the time");
	stop_next(&stop, &other, 1090);
	expect(&stop, STOP_QUIT, 1095, "and the power button is not pressed");
	other.stop.count = 0;
	stop_begin(&stop, &other, true, true, 1000);
	expect(&stop, STOP_QUIT, 1005, "who need not ask quits at once");
	ok(!stop_is_forced(&stop), "... and that is how it is to end");
	stop_next(&stop, &other, 1005);
	ok(stop_is_forced(&stop), "... but no SIGTERM is");
	other = guest;
	other.stop_timeout_ms = UINT64_MAX;
	stop_begin(&stop, &other, false, true, 1000);
	expect(&stop, STOP_ACPI, CLOCK_NEVER, "StopTimeout= may be for ever");
}

static void test_restart(void)
{
	static const int64_t delays[] = { 1000, 2000, 4000, 5000, 5000 };
	struct guest_guest other = guest;
	struct restart again = { .restarts = 0 };

	for (size_t i = 0; i < ARRAY_SIZE(delays); i++) {
		again = restart_decide(&guest, ENDING_CRASH, again.restarts, 100);
		ok(again.again, "crash %zu is a reason to start again", i + 1);
		is_int(again.delay_ms, delays[i], "... after a time");
	}
	again = restart_decide(&guest, ENDING_CRASH, again.restarts, 100);
	ok(!again.again && again.limited, "but not without end");
	again = restart_decide(&guest, ENDING_CRASH, 5, RESTART_FORGET_MS);
	ok(again.again && again.restarts == 1, "who ran for long begins anew");
	ok(!restart_decide(&guest, ENDING_SHUTDOWN, 0, 0).again,
	   "a guest that switched itself off stays off");
	ok(!restart_decide(&guest, ENDING_STOP, 0, 0).again, "one that was stopped, too");
	ok(!restart_decide(&guest, ENDING_QUIT, 0, 0).again,
	   "and one whose QEMU was told to quit");
	other.restart = guest_guest_restart_always;
	ok(restart_decide(&other, ENDING_SHUTDOWN, 0, 0).again,
	   "but with Restart=always");
	ok(!restart_decide(&other, ENDING_STOP, 0, 0).again, "... not when we stop it");
	other.restart = guest_guest_restart_no;
	ok(!restart_decide(&other, ENDING_CRASH, 0, 0).again, "Restart=no means it");
	other.on_reboot = guest_guest_on_reboot_restart;
	again = restart_decide(&other, ENDING_REBOOT, 3, 0);
	ok(again.again && !again.delay_ms && again.restarts == 3,
	   "a reboot that makes a new QEMU does not wait, and is not counted");
	other.on_panic = guest_guest_on_panic_restart;
	again = restart_decide(&guest, ENDING_RESET, 3, 0);
	ok(again.again && !again.delay_ms && again.restarts == 3,
	   "the reset button starts it again, and is no failure");
	ok(restart_decide(&other, ENDING_PANIC, 0, 0).again, "a panic by OnPanic=");
	ok(!restart_decide(&guest, ENDING_PANIC, 0, 0).again, "... only");
}

static void test_reasons(void)
{
	is_int(ending_of_reason("guest-shutdown"), ENDING_SHUTDOWN, "guest-shutdown");
	is_int(ending_of_reason("guest-reset"), ENDING_REBOOT, "guest-reset");
	is_int(ending_of_reason("host-qmp-system-reset"), ENDING_RESET,
	       "host-qmp-system-reset");
	is_int(ending_of_reason("guest-panic"), ENDING_PANIC, "guest-panic");
	is_int(ending_of_reason("host-qmp-quit"), ENDING_QUIT, "host-qmp-quit");
	is_int(ending_of_reason("host-signal"), ENDING_QUIT, "host-signal");
}

static void suspended(void)
{
	const struct timespec awake = { .tv_sec = 100, .tv_nsec = 900000000 };
	const struct timespec boot = { .tv_sec = 3701, .tv_nsec = 400000000 };
	int64_t slept = clock_slept(&boot, &awake);

	is_int(clock_slept(&awake, &awake), 0, "a host that never slept has not");
	is_int(slept, 3600500, "an hour's sleep is what boot time is ahead by");
	is_int(clock_suspended(0, slept), 3600500, "and was a suspend");
	is_int(clock_suspended(slept, slept + 900), 0,
	       "clocks that are read one behind the other tell of none");
	is_int(clock_suspended(slept, slept + 2000), 2000, "the next counts by itself");
}

int main(void)
{
	test_stages();
	test_ways();
	test_restart();
	test_reasons();
	suspended();
	return done_testing();
}
