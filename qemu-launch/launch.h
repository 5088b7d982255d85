/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch.h: how a guest comes up and how everything that it was given goes back: a table of
 * steps, each with what it does and how that is undone.
 *
 * How it works: a step that changes something puts down in the state what is to be undone,
 * under its own name, before it does it (launch_note). launch_up takes the steps in order;
 * where one fails those before are undone, last first. launch_down undoes whatever stands in
 * the state: after a guest's end, and also after a supervisor that was killed, whose steps
 * another one wrote down. Steps from LAUNCH_ADOPT on change nothing but QEMU itself and may be
 * taken again: from there a running guest is adopted.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_LAUNCH_H
#define BEDPLATE_QEMU_LAUNCH_LAUNCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/guests.h"
#include "lib/schema/host.h"
#include "qemu-launch/argv.h"
#include "qemu-launch/qmp.h"
#include "qemu-launch/setup.h"
#include "qemu-launch/spawn.h"
#include "qemu-launch/state.h"

struct context;

#define LAUNCH_ADOPT "qmp"

enum { LAUNCH_FDS_MAX = 128, LAUNCH_QMP_MS = 30000 };

struct launch {
	/* given */
	const char *name;
	int root_fd;
	int system_fd; /* "/": processes and taps are the running system's, whatever the root */
	const struct guest *guest;
	const struct host_conf *host;
	struct guest_setup *setup;
	const struct context
		*context; /* all files; NULL: the guest is not checked first */
	/* Whether somebody wants us to stop; waiting ends then with -EINTR. */
	int interrupt_fd; /* readable then; -1: nobody */

	/* made on the way */
	int run_fd;        /* /run/bedplate/guests/NAME */
	int log_fd;        /* QEMU's log */
	int64_t log_start; /* where this QEMU's words begin in it */
	struct spawn_user user;
	int pages_fd;            /* of the lock on huge pages; -1: it is not ours */
	uint64_t memlock;        /* bytes; 0: none */
	int fds[LAUNCH_FDS_MAX]; /* that QEMU inherits; closed here once it has them */
	size_t fd_count;
	struct argv argv;
	struct state state;
	struct qmp qmp;
	int qemu_fd;     /* pidfd; -1: none runs */
	int64_t qemu_us; /* QEMU's own time up to its greeting */
	/* When the guest's files began to be read, and the processor time spent by then */
	int64_t began_us, began_cpu_us;
};

struct launch_step {
	const char *name;
	const char *help; /* what it does, in a line */
	int (*run)(struct launch *launch, struct err *err);
	/* NULL: there is nothing to undo. What cannot be undone is said, and the rest is. */
	void (*undo)(struct launch *launch, const json_t *done);
};

/* Ended by a row without a name. */
extern const struct launch_step launch_steps[];

/* Sets a zeroed one up; it must not be moved afterwards. The state is read from its file. */
int launch_init(struct launch *launch, struct err *err);
void launch_release(struct launch *launch);
#define _cleanup_launch_ __attribute__((cleanup(launch_release)))

/* Takes the steps from the one of this name on (NULL: the first). On failure all that stands
 * in the state is undone; but for an adopted guest, which goes on. */
int launch_up(struct launch *launch, const char *first, struct err *err);

/* Ends QEMU if it runs, and gives back what stands in the state. */
void launch_down(struct launch *launch);

/* Puts down what a step is about to do; takes `done` over. An array or object that grows is
 * noted again each time. */
int launch_note(struct launch *launch, const char *step, json_t *done, struct err *err);

/* Writes the state down; a failure is only said. */
void launch_write_state(struct launch *launch);

/* Adds a descriptor that QEMU inherits under the same number. */
int launch_add_fd(struct launch *launch, int fd, struct err *err);

/* Waits until the pidfd's process has ended (-ECHILD), somebody wants us to stop (-EINTR), or
 * the time is over (0). */
int launch_wait(struct launch *launch, int pid_fd, int timeout_ms);

/* The same, and 0 as soon as the other descriptor is readable. */
int launch_wait_too(struct launch *launch, int pid_fd, int other_fd, int timeout_ms);

/* QEMU's last line in its log, or "". Returns the buffer. */
const char *launch_last_words(const struct launch *launch, char *words, size_t size);

/* Whether the guest has never run: its processors stand still since QEMU's start. */
int launch_is_new(struct launch *launch, bool *is_new, struct err *err);

/* The steps; each returns 0 or -errno. */
int launch_check(struct launch *launch, struct err *err);
int launch_folders(struct launch *launch, struct err *err);
int launch_log(struct launch *launch, struct err *err);
/* Of a guest that runs: logs that have become long, which a guest can make them, are cut. */
void launch_trim_logs(struct launch *launch);
int launch_cgroup(struct launch *launch, struct err *err);
int launch_huge_pages(struct launch *launch, struct err *err);
void launch_huge_pages_undo(struct launch *launch, const json_t *done);
/* QEMU has its pages, or there will be none. */
void launch_huge_pages_unlock(struct launch *launch);
int launch_taps(struct launch *launch, struct err *err);
void launch_taps_undo(struct launch *launch, const json_t *done);
int launch_vfio(struct launch *launch, struct err *err);
void launch_vfio_undo(struct launch *launch, const json_t *done);
int launch_usb(struct launch *launch, struct err *err);
void launch_usb_undo(struct launch *launch, const json_t *done);
int launch_files(struct launch *launch, struct err *err);
void launch_files_undo(struct launch *launch, const json_t *done);
int launch_helpers(struct launch *launch, struct err *err);
void launch_helpers_undo(struct launch *launch, const json_t *done);
int launch_memlock(struct launch *launch, struct err *err);
int launch_qemu(struct launch *launch, struct err *err);
void launch_qemu_undo(struct launch *launch, const json_t *done);
int launch_qmp(struct launch *launch, struct err *err);
int launch_settings(struct launch *launch, struct err *err);
int launch_threads(struct launch *launch, struct err *err);
int launch_cont(struct launch *launch, struct err *err);

#endif
