/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise_commit.c: a `snapshot commit` that was killed while QEMU holds the guest's writes back.
 *
 * That lasts for an instant where all goes well. Where it goes on, the next snapshot command for the guest takes
 * the commit back (snapshot_live.c); so that it does not wait for a person, we give one that only reads.
 */
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/json_text.h"
#include "lib/log.h"
#include "lib/process.h"
#include "qemu-launch/snapshot.h"
#include "qemu-launch/supervise.h"

enum { HELD_MS = 3000, ASK_MS = 2000, COMMAND_MS = 15000, AGAIN_MS = 30000 };

static bool is_held(const json_t *job)
{
	return !strcmp(json_text(job, "id"), SNAPSHOT_JOB) &&
	       !strcmp(json_text(job, "status"), "pending");
}

void supervise_await_commit(struct supervisor *sup)
{
	sup->commit_at = clock_ms() + HELD_MS;
}

void supervise_take_job(struct supervisor *sup, const json_t *job)
{
	if (is_held(job))
		supervise_await_commit(sup);
}

static bool holds_writes(struct supervisor *sup)
{
	json_t *jobs = NULL, *job;
	bool holds = false;
	size_t i;

	if (sup->launch.qmp.fd >= 0)
		qmp_execute(&sup->launch.qmp, "query-jobs", NULL, ASK_MS, &jobs, NULL);
	json_array_foreach(jobs, i, job)
		holds |= is_held(job);
	json_decref(jobs);
	return holds;
}

void supervise_look_commit(struct supervisor *sup)
{
	const char *root = sup->args->root;
	const char *argv[] = {
		"/proc/self/exe",       "snapshot", "list", sup->launch.name,
		root ? "--root" : NULL, root,       NULL
	};
	struct process process = { .argv = argv, .timeout_ms = COMMAND_MS };
	struct err err = ERR_INIT;

	sup->commit_at = CLOCK_NEVER;
	if (!holds_writes(sup))
		return;
	log_warning("%s: a commit was killed while QEMU held the guest's writes back; "
		    "taking it back",
		    sup->launch.name);
	if (!process_run_quiet(&process, &err))
		return;
	log_err(&err);
	sup->commit_at = clock_ms() + AGAIN_MS;
}
