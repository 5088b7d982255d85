/* SPDX-License-Identifier: GPL-2.0-or-later */
/* launch_qemu.c: QEMU itself: started with its processors standing still, met, placed, let go. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "qemu-launch/launch.h"
#include "qemu-launch/pin.h"

enum { CONNECT_MS = 1, LOOK_MS = 250, END_MS = 10000, COMMAND_MS = 10000 };

/* What the log begins with is what was run. */
static void log_command(struct launch *launch, char *const *vector)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	for (size_t i = 0; vector[i]; i++)
		strbuf_addf(&text, "%s%s", i ? " " : "", vector[i]);
	strbuf_addc(&text, '\n');
	if (write(launch->log_fd, text.text, text.length) > 0)
		launch->log_start = lseek(launch->log_fd, 0, SEEK_END);
}

static int spawn_qemu(struct launch *launch, char *const *vector, struct err *err)
{
	struct spawn spawn = { .argv = (const char *const *)vector,
			       .user = &launch->user,
			       .output_fd = launch->log_fd,
			       .memlock = launch->memlock,
			       /* Sockets and logs are its user's alone, wherever. */
			       .umask = 0077,
			       .fds = launch->fds,
			       .fd_count = launch->fd_count };
	int result = spawn_start(&spawn, err);
	int64_t began;

	if (result)
		return result;
	launch->state.qemu = spawn.id;
	state_set_phase(&launch->state, STATE_STARTING);
	result = launch_note(launch, "qemu", process_id_json(&spawn.id), err);
	if (result)
		spawn_abandon(&spawn);
	began = clock_us();
	if (!result)
		result = spawn_go(&spawn, err);
	launch->qemu_us = clock_us() - began; /* the kernel loads it */
	launch->qemu_fd = spawn.pid_fd;
	return result;
}

int launch_qemu(struct launch *launch, struct err *err)
{
	_cleanup_free_ char **vector = NULL;
	int result;

	argv_release(&launch->argv);
	launch->argv = (struct argv)ARGV_INIT;
	result = guest_argv(&launch->argv, launch->guest, launch->setup, err);
	if (result)
		return result;
	vector = argv_vector(&launch->argv, launch->setup->binary);
	if (!vector)
		return err_sys(err, ENOMEM, "QEMU's command line");
	log_command(launch, vector);
	return spawn_qemu(launch, vector, err);
}

void launch_qemu_undo(struct launch *launch, const json_t *done)
{
	struct process_id id = process_id_from_json(done);
	struct err err = ERR_INIT;

	if (process_id_end(&id, END_MS, &err)) {
		err_wrap(&err, "%s: QEMU", launch->name);
		log_err(&err);
	}
	cleanup_close(&launch->qemu_fd);
	launch->qemu_fd = -1;
	launch->state.qemu = (struct process_id){ .pid = 0 };
}

static int fail_by_end(struct launch *launch, struct err *err)
{
	char words[512];

	launch_last_words(launch, words, sizeof(words));
	return err_set(err, ECHILD, "it ended%s%s", *words ? ": " : "", words);
}

/* Tells what is made in the guest's folder, so that nobody has to look again and again; -1: the
 * user's watches are used up, and somebody has to. */
static int watch_folder(const struct launch *launch)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", launch->run_fd);
	if (fd < 0 || inotify_add_watch(fd, path, IN_CREATE) >= 0)
		return fd;
	close(fd);
	return -1;
}

/* A socket is made first and listens then: between the two it has to be tried again. */
static int await_socket(struct launch *launch, int watch_fd, bool is_made)
{
	bool is_told = watch_fd >= 0 && !is_made;
	char events[4096];
	int result = launch_wait_too(launch, launch->qemu_fd, is_told ? watch_fd : -1,
				     is_told ? LOOK_MS : CONNECT_MS);

	while (is_told && read(watch_fd, events, sizeof(events)) > 0)
		;
	return result;
}

/* QEMU makes its sockets before anything that takes time. */
static int connect_qmp(struct launch *launch, struct err *err)
{
	_cleanup_close_ int watch_fd = watch_folder(launch);
	int64_t end = clock_ms() + LAUNCH_QMP_MS;
	int result;

	while ((result = qmp_connect(&launch->qmp, launch->run_fd, "qmp.sock", err))) {
		if (result != -ENOENT && result != -ECONNREFUSED && result != -EAGAIN)
			return result;
		result = await_socket(launch, watch_fd, result != -ENOENT);
		if (result == -ECHILD)
			return fail_by_end(launch, err);
		if (result)
			return err_set(err, -result, "stopped while it started");
		if (clock_ms() >= end)
			return err_set(err, ETIMEDOUT,
				       "its socket is not there after %d ms",
				       LAUNCH_QMP_MS);
	}
	err_clear(err);
	return 0;
}

int launch_qmp(struct launch *launch, struct err *err)
{
	int64_t began = clock_us();
	int result = connect_qmp(launch, err);

	launch->qemu_us += clock_us() - began;
	launch->qmp.waited_us = 0;
	if (!result)
		result = qmp_greet(&launch->qmp, LAUNCH_QMP_MS, err);
	launch_huge_pages_unlock(launch);
	/* Its end says more than the connection's. */
	if (result && result != -EINTR &&
	    launch_wait(launch, launch->qemu_fd, 100) == -ECHILD)
		return fail_by_end(launch, err);
	return result;
}

int launch_threads(struct launch *launch, struct err *err)
{
	return pin_guest(&launch->qmp, launch->system_fd, launch->state.qemu.pid,
			 &launch->guest->data->cpu, err);
}

/* An adopted guest runs, and one that somebody has paused stays so: only one that has never
 * run is let go. */
int launch_cont(struct launch *launch, struct err *err)
{
	bool is_new = false;
	int result = launch_is_new(launch, &is_new, err);

	if (!result && is_new)
		result = qmp_execute(&launch->qmp, "cont", NULL, COMMAND_MS, NULL, err);
	if (result)
		return result;
	if (is_new)
		launch->state.times.run = clock_us();
	state_set_phase(&launch->state, STATE_RUNNING);
	return state_write(&launch->state, launch->root_fd, launch->name, err);
}
