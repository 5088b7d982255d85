/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process_id.h: processes that are known again: numbers are given out anew, but not with the
 * same time of start. */
#ifndef BEDPLATE_QEMU_LAUNCH_PROCESS_ID_H
#define BEDPLATE_QEMU_LAUNCH_PROCESS_ID_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"

struct process_id {
	pid_t pid; /* 0: none */
	uint64_t
		start; /* the kernel's clock ticks since boot: field 22 of proc(5)'s stat */
};

/* Looks a process up: -ESRCH where there is none. */
int process_id_of(pid_t pid, struct process_id *id, struct err *err);

/* A pidfd of the very process, -ESRCH where it has ended (one that nobody has waited for
 * yet, too). */
int process_id_open(const struct process_id *id, struct err *err);

/* Whether there is the very process still. */
bool process_id_is_alive(const struct process_id *id);

/* Sends a signal to the very process; -ESRCH as above. */
int process_id_signal(const struct process_id *id, int signal, struct err *err);

/* Sends SIGTERM, after `timeout_ms` SIGKILL, and waits for the end each time. 0 as well where
 * it had ended; -ETIMEDOUT where it hangs in the kernel. */
int process_id_end(const struct process_id *id, int timeout_ms, struct err *err);

json_t *process_id_json(const struct process_id *id);
/* None where it is no such value. */
struct process_id process_id_from_json(const json_t *value);

#endif
