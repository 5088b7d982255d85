/* SPDX-License-Identifier: GPL-2.0-or-later */
/* launch.c: the table of steps, and how it is walked up and down. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"
#include "qemu-launch/launch.h"
#include "qemu-launch/preflight.h"

const struct launch_step launch_steps[] = {
	{ "check", "look whether the guest can start", launch_check, NULL },
	{ "folders", "make the guest's folders", launch_folders, NULL },
	{ "log", "open QEMU's log", launch_log, NULL },
	{ "cgroup", "look at the cgroup that we are in", launch_cgroup, NULL },
	{ "hugepages", "have huge pages reserved", launch_huge_pages,
	  launch_huge_pages_undo },
	{ "taps", "make taps that are missing, and open them", launch_taps,
	  launch_taps_undo },
	{ "vfio", "give devices to vfio-pci, and to QEMU's user", launch_vfio,
	  launch_vfio_undo },
	{ "usb", "give USB devices to QEMU's user", launch_usb, launch_usb_undo },
	{ "files", "make what is not there yet: UEFI's variables, disks", launch_files,
	  launch_files_undo },
	{ "helpers", "start swtpm and virtiofsd", launch_helpers, launch_helpers_undo },
	{ "memlock", "allow memory to be locked", launch_memlock, NULL },
	{ "qemu", "start QEMU, with the guest's processors standing still", launch_qemu,
	  launch_qemu_undo },
	{ LAUNCH_ADOPT, "meet QEMU", launch_qmp, NULL },
	{ "settings", "set passwords and cables", launch_settings, NULL },
	{ "threads", "place QEMU's threads, and read back", launch_threads, NULL },
	{ "cont", "let the guest's processors run", launch_cont, NULL },
	{ NULL, NULL, NULL, NULL },
};

int launch_init(struct launch *launch, struct err *err)
{
	int result;

	launch->run_fd = launch->log_fd = launch->qemu_fd = launch->pages_fd = -1;
	launch->argv = (struct argv)ARGV_INIT;
	qmp_init(&launch->qmp);
	launch->system_fd = file_open_root("/", err);
	if (launch->system_fd < 0)
		return launch->system_fd;
	result = state_read(&launch->state, launch->root_fd, launch->name, err);
	return result;
}

static void close_fds(struct launch *launch)
{
	for (size_t i = 0; i < launch->fd_count; i++)
		close(launch->fds[i]);
	launch->fd_count = 0;
}

void launch_release(struct launch *launch)
{
	close_fds(launch);
	launch_huge_pages_unlock(launch);
	cleanup_close(&launch->run_fd);
	cleanup_close(&launch->log_fd);
	cleanup_close(&launch->qemu_fd);
	cleanup_close(&launch->system_fd);
	launch->system_fd = -1;
	launch->run_fd = launch->log_fd = launch->qemu_fd = -1;
	argv_release(&launch->argv);
	qmp_release(&launch->qmp);
	state_release(&launch->state);
}

void launch_write_state(struct launch *launch)
{
	struct err err = ERR_INIT;

	if (state_write(&launch->state, launch->root_fd, launch->name, &err))
		log_err(&err);
}

int launch_note(struct launch *launch, const char *step, json_t *done, struct err *err)
{
	if (!done || json_object_set_new(launch->state.done, step, done))
		return err_sys(err, ENOMEM, "writing down what is done");
	return state_write(&launch->state, launch->root_fd, launch->name, err);
}

int launch_add_fd(struct launch *launch, int fd, struct err *err)
{
	if (launch->fd_count == LAUNCH_FDS_MAX) {
		close(fd);
		return err_set(err, EMFILE, "more than %d descriptors for QEMU",
			       LAUNCH_FDS_MAX);
	}
	launch->fds[launch->fd_count++] = fd;
	return 0;
}

int launch_wait(struct launch *launch, int pid_fd, int timeout_ms)
{
	return launch_wait_too(launch, pid_fd, -1, timeout_ms);
}

int launch_wait_too(struct launch *launch, int pid_fd, int other_fd, int timeout_ms)
{
	struct pollfd polled[] = { { .fd = pid_fd, .events = POLLIN },
				   { .fd = launch->interrupt_fd, .events = POLLIN },
				   { .fd = other_fd, .events = POLLIN } };

	poll(polled, ARRAY_SIZE(polled), timeout_ms);
	if (polled[0].revents)
		return -ECHILD;
	return polled[1].revents ? -EINTR : 0;
}

static const struct launch_step *find_step(const char *name)
{
	const struct launch_step *step = launch_steps;

	while (name && step->name && strcmp(step->name, name) != 0)
		step++;
	return step;
}

static void tell_time(const struct launch *launch)
{
	log_debug(
		"%s: launched in %.1f ms, of which QEMU took %.1f; processor time: %.1f ms",
		launch->name, (double)(clock_us() - launch->began_us) / 1000,
		(double)(launch->qemu_us + launch->qmp.waited_us) / 1000,
		(double)(clock_cpu_us() - launch->began_cpu_us) / 1000);
}

/* Also the steps that change nothing are written down: whoever looks sees where it stands. */
int launch_up(struct launch *launch, const char *first, struct err *err)
{
	bool is_adopted = first != NULL;
	int result = 0;

	launch->qemu_us = 0;
	for (const struct launch_step *step = find_step(first); !result && step->name;
	     step++) {
		if (launch_wait(launch, -1, 0) == -EINTR)
			result = err_set(err, EINTR, "stopped while it started");
		else
			result = step->run(launch, err);
		if (result)
			err_wrap(err, "%s", step->help);
	}
	close_fds(launch);
	launch_huge_pages_unlock(launch);
	if (result && !is_adopted)
		launch_down(launch);
	if (!result)
		tell_time(launch);
	return result;
}

static void undo_step(struct launch *launch, const struct launch_step *step)
{
	const json_t *done = json_object_get(launch->state.done, step->name);

	if (!done)
		return;
	if (step->undo)
		step->undo(launch, done);
	json_object_del(launch->state.done, step->name);
	launch_write_state(launch);
}

void launch_down(struct launch *launch)
{
	size_t count = 0;

	qmp_close(&launch->qmp);
	while (launch_steps[count].name)
		count++;
	for (size_t i = count; i; i--)
		undo_step(launch, &launch_steps[i - 1]);
}

int launch_check(struct launch *launch, struct err *err)
{
	return launch->context ? preflight_start(launch->context, launch->name,
						 &launch->setup->version, err)
			       : 0;
}
