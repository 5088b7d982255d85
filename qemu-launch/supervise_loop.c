/* SPDX-License-Identifier: GPL-2.0-or-later */
/* supervise_loop.c: waits for what happens to a guest, and acts on it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/json_text.h"
#include "lib/log.h"
#include "qemu-launch/notify.h"
#include "qemu-launch/pin.h"
#include "qemu-launch/resident.h"
#include "qemu-launch/supervise.h"

enum {
	MEET_MS = 1000,
	GREET_MS = 2000,
	TRIM_MS = 10000,
	MOMENT_MS = 500,
	CONSOLE_KEPT = 1 << 20,
};

/* ---- QEMU ---- */

/* QEMU stands still after a panic, and where it is reset then: it has no word for more. */
static void take_panic(struct supervisor *sup, const char *event)
{
	const struct guest_guest *guest = &sup->launch.guest->data->guest;

	if (!strcmp(event, "GUEST_PANICKED") && sup->stop.stage == STOP_NOT &&
	    guest->on_panic == guest_guest_on_panic_reset) {
		sup->panicked =
			!qmp_send(&sup->launch.qmp, "system_reset", NULL, NULL, NULL);
	} else if (!strcmp(event, "RESET") && sup->panicked) {
		sup->panicked = false;
		qmp_send(&sup->launch.qmp, "cont", NULL, NULL, NULL);
	}
}

static void take_event(struct supervisor *sup, const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	const char *name = json_text(event, "event");
	static const char *const told[] = { "RESET",
					    "GUEST_PANICKED",
					    "BLOCK_IO_ERROR",
					    "WATCHDOG",
					    "GUEST_CRASHLOADED",
					    "MEMORY_FAILURE",
					    "DEVICE_UNPLUG_GUEST_ERROR" };

	if (!strcmp(name, "SHUTDOWN")) {
		sup->has_ending = true;
		sup->ending = ending_of_reason(json_text(data, "reason"));
	}
	take_panic(sup, name);
	if (!strcmp(name, "JOB_STATUS_CHANGE"))
		supervise_take_job(sup, data);
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		_cleanup_free_ char *text = NULL;

		if (strcmp(name, told[i]) != 0)
			continue;
		text = data ? json_dumps(data, JSON_COMPACT) : NULL;
		log_at(strcmp(name, "RESET") == 0 ? LOG_INFO : LOG_WARNING, "%s: %s %s",
		       sup->launch.name, name, text ? text : "");
	}
}

void supervise_take_events(struct supervisor *sup)
{
	json_t *event;

	while ((event = qmp_take_event(&sup->launch.qmp))) {
		take_event(sup, event);
		json_decref(event);
	}
	if (sup->launch.qmp.events_lost)
		log_warning("%s: %zu events of QEMU's were lost", sup->launch.name,
			    sup->launch.qmp.events_lost);
	sup->launch.qmp.events_lost = 0;
}

static void serve_qmp(struct supervisor *sup)
{
	struct err err = ERR_INIT;
	int result = qmp_pump(&sup->launch.qmp, &err);

	supervise_take_events(sup);
	if (!result)
		return;
	qmp_close(&sup->launch.qmp);
	/* Told to end it has nothing more to say. */
	if (sup->stop.stage >= STOP_QUIT)
		return;
	/* QEMU's end comes with the connection's. */
	if (launch_wait(&sup->launch, sup->launch.qemu_fd, 100) != -ECHILD)
		log_warning("%s: QMP: %s; connecting again", sup->launch.name, err.text);
	sup->meet_at = clock_ms();
}

static void meet_again(struct supervisor *sup)
{
	struct err err = ERR_INIT;
	int result = qmp_connect(&sup->launch.qmp, sup->launch.run_fd, "qmp.sock", &err);

	if (!result)
		result = qmp_greet(&sup->launch.qmp, GREET_MS, &err);
	sup->meet_at = result ? clock_ms() + MEET_MS : CLOCK_NEVER;
	if (!result)
		log_info("%s: QMP: connected again", sup->launch.name);
	else
		qmp_close(&sup->launch.qmp);
}

/* Whose child it was knows how it ended; an adopted one's status is its own. */
static void take_end(struct supervisor *sup)
{
	int status = -1;

	serve_qmp(sup);
	sup->meet_at = CLOCK_NEVER;
	if (waitpid(sup->launch.state.qemu.pid, &status, WNOHANG) <= 0)
		status = -1;
	if (sup->stop.stage != STOP_NOT)
		sup->ending = ENDING_STOP;
	else if (status > 0)
		sup->ending = ENDING_CRASH;
	else if (!sup->has_ending)
		sup->ending = status == 0 ? ENDING_QUIT : ENDING_CRASH;
	if (status > 0 && WIFSIGNALED(status))
		dprintf(sup->launch.log_fd, "killed by signal %d (%s)\n",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
}

/* ---- signals and the clock ---- */

static void sweep(struct supervisor *sup)
{
	struct err err = ERR_INIT;

	if (pin_guest(&sup->launch.qmp, sup->launch.system_fd, sup->launch.state.qemu.pid,
		      &sup->launch.guest->data->cpu, &err))
		log_err(&err);
}

static void take_signals(struct supervisor *sup)
{
	struct signalfd_siginfo info;

	while (read(sup->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGUSR1)
			sweep(sup), supervise_look_usb(sup);
		else
			supervise_stop(sup);
	}
}

/* How long the host has been suspended since it was booted. */
static int64_t slept_ms(void)
{
	struct timespec boot, awake;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_MONOTONIC, &awake);
	return clock_slept(&boot, &awake);
}

static void take_clock(struct supervisor *sup)
{
	int64_t slept = slept_ms(), suspended = clock_suspended(sup->slept_ms, slept);
	uint64_t count;

	/* -ECANCELED says that the clock was set; it goes on telling. */
	if (read(sup->clock_fd, &count, sizeof(count)) < 0 && errno != ECANCELED &&
	    errno != EAGAIN)
		return;
	if (suspended)
		log_info("%s: the host was suspended for %lld s", sup->launch.name,
			 (long long)suspended / 1000);
	sup->slept_ms = slept;
}

/* ---- readiness, console ---- */

void supervise_not_ready(struct supervisor *sup, const char *why)
{
	struct state *state = &sup->launch.state;

	snprintf(state->reason, sizeof(state->reason), "%s", why);
	launch_write_state(&sup->launch);
	notify_not_ready(why);
}

static void look_ready(struct supervisor *sup)
{
	struct err err = ERR_INIT;
	int result = ready_look(&sup->ready, &err);

	if (result > 0) {
		sup->launch.state.ready = true;
		sup->launch.state.times.ready = clock_us();
		sup->launch.state.reason[0] = '\0';
		launch_write_state(&sup->launch);
		log_info("%s: ready", sup->launch.name);
		notify("STATUS=ready");
		notify("READY=1");
	} else if (result < 0) {
		log_err(&err);
		supervise_not_ready(sup, err.text);
	}
	if (!result)
		return;
	ready_end(&sup->ready);
	sup->awaits_ready = false;
}

/* Whoever waits is told once; it may still become ready. */
static void miss_ready(struct supervisor *sup)
{
	char what[256], text[300];

	ready_describe(&sup->ready.want, what, sizeof(what));
	snprintf(text, sizeof(text), "not ready in time: it waits for %s", what);
	sup->ready_until = CLOCK_NEVER;
	log_error("%s: %s", sup->launch.name, text);
	supervise_not_ready(sup, text);
}

/* The console's log is in memory (/run): what is long past is given back, as a hole. */
static void trim_console(struct supervisor *sup)
{
	_cleanup_close_ int fd = openat(sup->launch.run_fd, READY_CONSOLE_LOG,
					O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	sup->trim_at = clock_ms() + TRIM_MS;
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 2 * CONSOLE_KEPT)
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			  st.st_size - CONSOLE_KEPT);
}

/* ---- the loop ---- */

enum {
	POLL_QEMU,
	POLL_SIGNALS,
	POLL_CLOCK,
	POLL_QMP,
	POLL_READY,
	POLL_AGENT,
	POLL_WATCH,
	POLL_COUNT
};

static int64_t next_deadline(const struct supervisor *sup)
{
	int64_t next = clock_earlier(sup->stop.until, sup->meet_at);

	next = clock_earlier(next, sup->press_at);
	next = clock_earlier(next, sup->trim_at);
	next = clock_earlier(next, sup->usb_at);
	next = clock_earlier(next, sup->commit_at);
	if (sup->awaits_ready)
		next = clock_earlier(next,
				     clock_earlier(sup->ready.look_at, sup->ready_until));
	return next;
}

static bool is_over(int64_t end)
{
	return end != CLOCK_NEVER && clock_ms() >= end;
}

static void take_deadlines(struct supervisor *sup, bool ready_stirred)
{
	if (is_over(sup->meet_at))
		meet_again(sup);
	if (sup->awaits_ready && (ready_stirred || is_over(sup->ready.look_at)))
		look_ready(sup);
	if (sup->awaits_ready && is_over(sup->ready_until))
		miss_ready(sup);
	if (is_over(sup->usb_at))
		supervise_look_usb(sup);
	if (is_over(sup->commit_at))
		supervise_look_commit(sup);
	if (is_over(sup->trim_at)) {
		trim_console(sup);
		launch_trim_logs(&sup->launch);
	}
	supervise_step_stop(sup);
}

/* A host has one of us for each guest, for as long as that runs, so what is not needed to wait goes when
 * nothing has happened for a moment. */
static void wait_for_something(struct pollfd *polled, int timeout_ms)
{
	bool is_long = timeout_ms < 0 || timeout_ms > MOMENT_MS;

	if (poll(polled, POLL_COUNT, is_long ? MOMENT_MS : timeout_ms) || !is_long)
		return;
	resident_poll(polled, POLL_COUNT, timeout_ms < 0 ? -1 : timeout_ms - MOMENT_MS);
}

int supervise_loop(struct supervisor *sup, struct err *err)
{
	sup->slept_ms = slept_ms();
	while (sup->stop.stage != STOP_STUCK) {
		struct pollfd polled[POLL_COUNT] = {
			[POLL_QEMU] = { .fd = sup->launch.qemu_fd, .events = POLLIN },
			[POLL_SIGNALS] = { .fd = sup->signal_fd, .events = POLLIN },
			[POLL_CLOCK] = { .fd = sup->clock_fd, .events = POLLIN },
			[POLL_QMP] = { .fd = sup->launch.qmp.fd,
				       .events = qmp_poll_events(&sup->launch.qmp) },
			[POLL_READY] = { .fd = sup->awaits_ready ? sup->ready.fd : -1,
					 .events = sup->ready.events },
			[POLL_AGENT] = { .fd = sup->agent.fd,
					 .events = qmp_poll_events(&sup->agent) },
			[POLL_WATCH] = { .fd = sup->watch_fd, .events = POLLIN },
		};

		wait_for_something(polled, clock_timeout(next_deadline(sup)));
		if (polled[POLL_QEMU].revents)
			return take_end(sup), 0;
		if (polled[POLL_QMP].revents)
			serve_qmp(sup);
		if (polled[POLL_SIGNALS].revents)
			take_signals(sup);
		if (polled[POLL_CLOCK].revents)
			take_clock(sup);
		if (polled[POLL_WATCH].revents)
			supervise_watch_take(sup);
		take_deadlines(sup, polled[POLL_READY].revents);
	}
	return err_set(err, ETIMEDOUT, "QEMU outlives SIGKILL: it hangs in the kernel");
}
