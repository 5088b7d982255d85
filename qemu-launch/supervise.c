/* SPDX-License-Identifier: GPL-2.0-or-later */
/* supervise.c: one guest's life: start, end, and what comes after. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"
#include "qemu-launch/needs.h"
#include "qemu-launch/notify.h"
#include "qemu-launch/supervise.h"

enum { REAP_MS = 5000 };

static void release_files(struct supervisor *sup)
{
	setup_release(&sup->setup);
	sup->setup = (struct guest_setup)SETUP_INIT;
	if (sup->context.root_fd >= 0)
		context_release(&sup->context);
	memset(&sup->context, 0, sizeof(sup->context));
	sup->context.root_fd = -1;
	cleanup_close(&sup->ports_fd);
	sup->ports_fd = -1;
}

static int read_files(struct supervisor *sup, struct err *err)
{
	struct launch *launch = &sup->launch;
	int result;

	release_files(sup);
	launch->began_us = clock_us();
	launch->began_cpu_us = clock_cpu_us();
	sup->is_lenient = supervise_is_lenient(sup);
	result = (sup->is_lenient ? context_open_any : context_open)(&sup->context,
								     sup->args, err);
	if (result)
		return result;
	launch->guest = (sup->is_lenient ? context_find_any : context_find)(
		&sup->context, launch->name, err);
	if (!launch->guest)
		return -ENOENT;
	sup->context.host.ports_fd = &sup->ports_fd;
	launch->root_fd = sup->context.root_fd;
	launch->host = sup->context.settings.host;
	launch->context = &sup->context;
	launch->setup = &sup->setup;
	result = setup_resolve(&sup->setup, launch->guest, &sup->context.host, err);
	if (!sup->is_lenient || !result)
		return result;
	err_clear(err);
	return 0;
}

/* ---- descriptors ---- */

static int open_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGUSR1 };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Stirs when the wall clock jumps, as it does behind a suspend. */
static int open_clock(void)
{
	const struct itimerspec never = { .it_value = { .tv_sec = INT32_MAX } };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never,
				NULL);
	return fd;
}

/* One supervisor a guest. The lock goes with the process. */
static int lock(int root_fd, const char *name, struct err *err)
{
	_cleanup_close_ int folder = file_make_dirs_in_root(root_fd, STATE_FOLDER, err);
	_cleanup_close_ int fd = -1;
	char file[272];

	if (folder < 0)
		return folder;
	snprintf(file, sizeof(file), "%.255s.lock", name);
	fd = openat(folder, file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, errno, "opening /" STATE_FOLDER "/%s", file);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return steal_fd(&fd);
	if (errno == EWOULDBLOCK)
		return err_set(err, EBUSY, "%s is running, or starting, already", name);
	return err_sys(err, errno, "locking /" STATE_FOLDER "/%s", file);
}

/* ---- taking over ---- */

/* A QEMU that a supervisor before us left behind, with its folder and log. */
static bool find_running(struct launch *launch, struct err *err)
{
	char path[STATE_PATH_MAX];

	launch->qemu_fd = process_id_open(&launch->state.qemu, NULL);
	if (launch->qemu_fd < 0)
		return false;
	snprintf(path, sizeof(path), STATE_FOLDER "/%.255s", launch->name);
	launch->run_fd = file_open(launch->root_fd, path, O_RDONLY | O_DIRECTORY, err);
	snprintf(path, sizeof(path), "var/log/bedplate/guests/%.250s.log", launch->name);
	launch->log_fd = file_open(launch->root_fd, path, O_RDWR | O_APPEND, NULL);
	if (launch->log_fd >= 0)
		launch->log_start = lseek(launch->log_fd, 0, SEEK_END);
	return launch->run_fd >= 0;
}

/* Whatever another supervisor left behind: the guest goes on with us (true), or what it had goes back. */
static bool take_over(struct supervisor *sup)
{
	struct launch *launch = &sup->launch;
	const enum state_phase phase = launch->state.phase;
	struct err err = ERR_INIT;

	if (find_running(launch, &err)) {
		sup->is_adopted = !launch_up(launch, LAUNCH_ADOPT, &err);
		if (sup->is_adopted) {
			log_info("%s: it runs already, as process %d; watching it",
				 launch->name, (int)launch->state.qemu.pid);
			supervise_await_commit(sup);
			if (phase == STATE_STOPPING)
				supervise_stop(sup);
			return true;
		}
		log_warning("%s: it was left behind half started (%s)", launch->name,
			    err.text);
	}
	if (json_object_size(launch->state.done)) {
		log_info("%s: giving back what a supervisor before us left behind",
			 launch->name);
		launch_down(launch);
	}
	return false;
}

static void begin_readiness(struct supervisor *sup)
{
	const struct guest_conf *data = sup->launch.guest->data;
	const struct guest_guest *guest = &data->guest;
	struct ready_want want = { .kind = guest->ready,
				   .root_fd = sup->launch.root_fd,
				   .run_fd = sup->launch.run_fd,
				   .address = guest->ready_address,
				   .port = (unsigned)guest->ready_port,
				   .line = guest->ready_line,
				   .delay_ms = guest->ready_delay_ms,
				   .network = "",
				   .is_under_way = sup->is_adopted };
	char *awaits = sup->launch.state.awaits;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < data->nic.count; i++) {
		const struct guest_nic *nic = &data->nic.items[i];

		if (!want.address.family && nic->address.count)
			want.address = nic->address.items[0];
		if (!*want.network && *nic->network) {
			want.network = nic->network;
			want.mac = sup->setup.nics[i].mac;
		}
	}
	if (guest->ready == guest_guest_ready_notify) {
		want.cid = (unsigned)data->vsock.cid;
		want.port = READY_VSOCK_PORT + want.cid;
	}
	ready_describe(&want, awaits, STATE_AWAITS_MAX);
	launch_write_state(&sup->launch);
	notify("STATUS=waiting for %s", awaits);
	sup->awaits_ready = true;
	sup->ready_until = guest->ready_timeout_ms > INT32_MAX
				   ? CLOCK_NEVER
				   : clock_ms() + (int64_t)guest->ready_timeout_ms;
	if (!ready_begin(&sup->ready, &want, &err))
		return;
	log_err(&err);
	supervise_not_ready(sup, err.text);
	ready_end(&sup->ready);
	sup->awaits_ready = false;
}

/* ---- between two starts ---- */

static void end_state(struct supervisor *sup, enum state_phase phase, const char *reason)
{
	struct state *state = &sup->launch.state;

	state_set_phase(state, phase);
	state->ready = false;
	state->forced = stop_is_forced(&sup->stop);
	snprintf(state->reason, sizeof(state->reason), "%s", reason);
	launch_write_state(&sup->launch);
}

/* What QEMU said last is why it died. */
static void describe_end(struct supervisor *sup, char *text, size_t size)
{
	char words[400] = "";

	if (sup->ending == ENDING_CRASH)
		launch_last_words(&sup->launch, words, sizeof(words));
	else if (stop_is_forced(&sup->stop))
		snprintf(words, sizeof(words), "%s", stop_stage_word(sup->stop.stage));
	snprintf(text, size, "%s%s%s", ending_word(sup->ending), *words ? ": " : "",
		 words);
}

/* False where it is to stay off, or somebody wants that by then. */
static bool restart(struct supervisor *sup, const char *reason)
{
	const struct guest_guest *guest = &sup->launch.guest->data->guest;
	struct restart again =
		restart_decide(guest, sup->ending, sup->launch.state.restarts,
			       clock_ms() - sup->started);
	int64_t end = clock_ms() + (int64_t)again.delay_ms;
	struct pollfd stirred = { .fd = sup->signal_fd, .events = POLLIN };

	if (again.limited)
		log_error("%s: started again %d times, it stays off", sup->launch.name,
			  sup->launch.state.restarts);
	if (!again.again)
		return false;
	sup->launch.state.restarts = again.restarts;
	end_state(sup, STATE_WAITING, reason);
	log_info("%s: started again in %.1f s", sup->launch.name,
		 (double)again.delay_ms / 1000);
	notify("STATUS=%s; started again in %.1f s", reason,
	       (double)again.delay_ms / 1000);
	while (clock_ms() < end) {
		if (poll(&stirred, 1, clock_timeout(end)) > 0) {
			struct signalfd_siginfo info;

			if (read(sup->signal_fd, &info, sizeof(info)) > 0 &&
			    info.ssi_signo != SIGUSR1)
				return false;
		}
	}
	return true;
}

static void reset(struct supervisor *sup)
{
	sup->stop = (struct stop){ .stage = STOP_NOT, .until = CLOCK_NEVER };
	sup->has_ending = sup->is_adopted = false;
	sup->ending = ENDING_CRASH;
	sup->meet_at = sup->press_at = sup->usb_at = sup->commit_at = CLOCK_NEVER;
	sup->trim_at = clock_ms();
	sup->started = clock_ms();
}

/* Watches a guest that runs up to its end, and gives back what it had. */
static int live(struct supervisor *sup, char *reason, size_t size, struct err *err)
{
	int result;

	sup->started = clock_ms();
	/* As long as it runs, the others' files are only memory; a restart reads them again. */
	sup->launch.guest = guests_keep(&sup->context.settings.guests, sup->launch.guest);
	if (sup->launch.state.ready)
		notify("READY=1");
	else
		begin_readiness(sup);
	supervise_watch_begin(sup);
	result = supervise_loop(sup, err);
	supervise_watch_end(sup);
	if (sup->awaits_ready)
		ready_end(&sup->ready);
	sup->awaits_ready = false;
	qmp_close(&sup->agent);
	if (result)
		return result;
	describe_end(sup, reason, size);
	log_at(sup->ending == ENDING_CRASH ? LOG_ERROR : LOG_INFO, "%s: %s",
	       sup->launch.name, reason);
	launch_down(&sup->launch);
	return 0;
}

/* The guest's whole life, with its restarts. `err` is set where it ends badly. */
static int run(struct supervisor *sup, struct err *err)
{
	char reason[STATE_REASON_MAX];
	bool runs = take_over(sup), read_again = sup->is_lenient;
	int result = 0;

	if (runs && sup->only_stop)
		supervise_stop(sup);
	if (!runs && sup->only_stop)
		return end_state(sup, STATE_OFF, ""), 0;
	/* Who started us may not know of the order: a person, or systemd by an old unit. */
	if (!runs)
		result = needs_ready(sup->launch.guest, sup->launch.root_fd, err);
	if (result)
		return end_state(sup, STATE_FAILED, err->text), result;
	if (!runs)
		sup->launch.state.reason[0] = '\0'; /* of another life */
	while (!result) {
		if (!runs && read_again)
			result = read_files(sup, err);
		read_again = true;
		if (!result && !runs)
			result = supervise_start(sup, err);
		if (result == -EINTR)
			return end_state(sup, STATE_OFF, ""), err_clear(err), 0;
		if (result)
			return end_state(sup, STATE_FAILED, err->text), result;
		runs = false;
		result = live(sup, reason, sizeof(reason), err);
		if (result || !restart(sup, reason))
			break;
		reset(sup);
	}
	if (result)
		return result;
	if (sup->ending != ENDING_CRASH)
		return end_state(sup, STATE_OFF, reason), 0;
	end_state(sup, STATE_FAILED, reason);
	return err_set(err, ECHILD, "%s", reason);
}

static int open_all(struct supervisor *sup, struct err *err)
{
	int result = read_files(sup, err);

	if (result)
		return result;
	sup->lock_fd = lock(sup->launch.root_fd, sup->launch.name, err);
	if (sup->lock_fd < 0)
		return sup->lock_fd;
	sup->signal_fd = open_signals();
	sup->clock_fd = open_clock();
	if (sup->signal_fd < 0)
		return err_sys(err, errno, "waiting for signals");
	sup->launch.interrupt_fd = sup->signal_fd;
	qmp_init(&sup->agent);
	result = launch_init(&sup->launch, err);
	if (result)
		return result;
	return process_id_of(getpid(), &sup->launch.state.supervisor, err);
}

int supervise(struct supervisor *sup, const char *name, struct err *err)
{
	int result, code;

	notify_open();
	sup->launch.name = name;
	sup->context.root_fd = -1;
	sup->lock_fd = sup->signal_fd = sup->clock_fd = sup->ports_fd = -1;
	reset(sup);
	result = open_all(sup, err);
	code = result ? (int)err_exit_code(err) : EXIT_FAILED;
	if (!result)
		result = run(sup, err);
	if (result)
		notify_failed(err);
	launch_release(&sup->launch);
	release_files(sup);
	cleanup_close(&sup->signal_fd);
	cleanup_close(&sup->clock_fd);
	cleanup_close(&sup->lock_fd);
	return result ? (err_wrap(err, "%s", name), code) : EXIT_DONE;
}
