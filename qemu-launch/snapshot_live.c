/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot_live.c: overlays of a running guest: blockdev-snapshot-sync, and block-commit with its job.
 *
 * Facts: QEMU's docs/interop/live-block-operations.rst, qapi/block-core.json, qapi/job.json. An active commit is
 * ready (BLOCK_JOB_READY) when all but what is being written is below; told to complete, with auto-finalize off, it
 * holds the guest's writes back, copies the rest and waits as `pending`: above and below are the same
 * then, until it is told to finalize.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/json_text.h"
#include "qemu-launch/block_nodes.h"
#include "qemu-launch/disk_chain.h"
#include "qemu-launch/snapshot.h"

enum { JOB_ASK_MS = 30000, JOB_SLICE_MS = 1000 };

/* ---- jobs ---- */

static int tell(struct snapshot *snapshot, const char *command, json_t *arguments,
		struct err *err)
{
	return qmp_execute(&snapshot->control.qmp, command, arguments, JOB_ASK_MS, NULL,
			   err);
}

/* What query-jobs says of ours, or NULL where it has ended; the caller drops it. */
static int look(struct snapshot *snapshot, json_t **job, struct err *err)
{
	json_t *jobs = NULL, *one;
	size_t i;
	int result = qmp_execute(&snapshot->control.qmp, "query-jobs", NULL, JOB_ASK_MS,
				 &jobs, err);

	*job = NULL;
	json_array_foreach(jobs, i, one)
		if (!strcmp(json_text(one, "id"), SNAPSHOT_JOB))
			*job = json_incref(one);
	json_decref(jobs);
	return result;
}

/* Waits until QEMU says something, or for a while. */
static int wait_event(struct snapshot *snapshot, struct err *err)
{
	struct qmp *qmp = &snapshot->control.qmp;
	struct pollfd polled = { .fd = qmp->fd, .events = qmp_poll_events(qmp) };
	json_t *event;
	int result;

	poll(&polled, 1, JOB_SLICE_MS);
	result = qmp_pump(qmp, err);
	while ((event = qmp_take_event(qmp))) {
		if (!strcmp(json_text(event, "event"), "BLOCK_JOB_COMPLETED"))
			snprintf(snapshot->job_error, sizeof(snapshot->job_error), "%s",
				 json_text(json_object_get(event, "data"), "error"));
		json_decref(event);
	}
	return result;
}

/* Waits until our job is in this state ("" has ended); its events only wake us up, what it is
 * QEMU is asked. A job that fails ends: that is -EREMOTEIO. */
static int await_job(struct snapshot *snapshot, const char *status, struct err *err)
{
	*snapshot->job_error = '\0';
	for (;;) {
		json_t *job;
		int result = look(snapshot, &job, err);
		bool is = job ? !strcmp(json_text(job, "status"), status) : !*status;
		bool concluded = job && !strcmp(json_text(job, "status"), "concluded");

		if (!result && !is && (!job || concluded))
			result = err_set(err, EREMOTEIO, "QEMU could not commit%s%s",
					 *snapshot->job_error ? ": " : "",
					 snapshot->job_error);
		json_decref(job);
		if (result || is)
			return result;
		/* Once writes are held back it is brought to its end. */
		if (interrupted && !strcmp(status, "ready"))
			return err_set(err, EINTR, "interrupted");
		result = wait_event(snapshot, err);
		if (result)
			return result;
	}
}

/* Without a job nothing has changed: what is above is above. */
static int cancel(struct snapshot *snapshot, struct err *err)
{
	int result =
		tell(snapshot, "block-job-cancel",
		     json_pack("{s:s, s:b}", "device", SNAPSHOT_JOB, "force", 1), err);

	while (!result) {
		json_t *job;

		result = look(snapshot, &job, err);
		if (job && !strcmp(json_text(job, "status"), "concluded"))
			result = tell(snapshot, "job-dismiss",
				      json_pack("{s:s}", "id", SNAPSHOT_JOB), err);
		else if (job && !result)
			result = wait_event(snapshot, err);
		if (!job)
			break;
		json_decref(job);
	}
	return result;
}

/* ---- what is ---- */

static bool is_open(const char *path, void *data)
{
	return block_nodes_name(data, path) != NULL;
}

static int ask_nodes(struct snapshot *snapshot, struct err *err)
{
	json_decref(snapshot->nodes);
	snapshot->nodes = NULL;
	return block_nodes_query(&snapshot->control.qmp, &snapshot->nodes, err);
}

/* After a commit QEMU keeps the node that it was started with, though nothing reads through it any more. One that is
 * in use, or goes by itself, it refuses to take away. */
static void drop_unused(struct snapshot *snapshot)
{
	static const char *const lists[] = { "overlays", "gone" };
	json_t *chain, *overlay;
	size_t i, j;

	json_array_foreach(json_object_get(snapshot->chains, "disks"), i, chain) {
		for (size_t list = 0; list < ARRAY_SIZE(lists); list++)
			json_array_foreach(json_object_get(chain, lists[list]), j,
					   overlay) {
				const char *node = block_nodes_name(
					snapshot->nodes, json_text(overlay, "path"));

				if (node)
					tell(snapshot, "blockdev-del",
					     json_pack("{s:s}", "node-name", node), NULL);
			}
	}
}

static int look_again(struct snapshot *snapshot, struct err *err)
{
	int result = ask_nodes(snapshot, err);

	if (result)
		return result;
	drop_unused(snapshot);
	return ask_nodes(snapshot, err);
}

int snapshot_live_settle(struct snapshot *snapshot, struct err *err)
{
	json_t *disks = json_object_get(snapshot->chains, "disks"), *chain, *job;
	bool changed = false;
	size_t i;
	int result = look(snapshot, &job, err);

	if (!result && job) {
		err_clear(err);
		result = cancel(snapshot, err);
	}
	json_decref(job);
	if (!result)
		result = look_again(snapshot, err);
	if (result)
		return result;
	json_array_foreach(disks, i, chain)
		changed |= disk_chain_reconcile(chain, is_open, snapshot->nodes);
	return changed ? snapshot_save(snapshot, err) : 0;
}

/* ---- create ---- */

static json_t *switch_action(const struct snapshot *snapshot, size_t disk,
			     const json_t *chain, struct err *err)
{
	size_t count = disk_chain_count(chain);
	const char *below = disk_chain_image(chain, count - 1);
	const char *node = block_nodes_name(snapshot->nodes, below);
	char name[32];

	if (!node) {
		err_set(err, ESTALE, "QEMU does not have %s open", below);
		return NULL;
	}
	/* Names of nodes have 31 characters. */
	snprintf(name, sizeof(name), "disk%zu-%zu-%llx", disk, count,
		 (unsigned long long)clock_us());
	return json_pack("{s:s, s:{s:s, s:s, s:s, s:s, s:s}}", "type",
			 "blockdev-snapshot-sync", "data", "node-name", node,
			 "snapshot-file", disk_chain_current(chain), "snapshot-node-name",
			 name, "format", "qcow2", "mode", "existing");
}

int snapshot_live_switch(struct snapshot *snapshot, struct err *err)
{
	json_t *actions = json_array();

	for (size_t i = 0; i < snapshot->guest->data->disk.count; i++) {
		const json_t *chain = snapshot_chosen(snapshot, i);
		json_t *action;

		if (!chain)
			continue;
		action = switch_action(snapshot, i, chain, err);
		if (!action || json_array_append_new(actions, action)) {
			json_decref(actions);
			return -ESTALE;
		}
	}
	return tell(snapshot, "transaction", json_pack("{s:o}", "actions", actions), err);
}

/* ---- commit ---- */

static int start_job(struct snapshot *snapshot, size_t disk, const json_t *chain,
		     size_t at, struct err *err)
{
	const char *top = block_nodes_name(snapshot->nodes, disk_chain_current(chain));
	const char *base = block_nodes_name(snapshot->nodes, disk_chain_image(chain, at));
	char limit[32];

	if (!top || !base)
		return err_set(err, ESTALE, "QEMU does not have its images open");
	snprintf(limit, sizeof(limit), "disk%zu-limit", disk);
	return tell(snapshot, "block-commit",
		    json_pack("{s:s, s:s, s:s, s:s, s:b}", "job-id", SNAPSHOT_JOB,
			      "device",
			      block_nodes_have(snapshot->nodes, limit) ? limit : top,
			      "top-node", top, "base-node", base, "auto-finalize", 0),
		    err);
}

/* From here on the guest's writes are held back: at once, and with a way out. */
static int pivot(struct snapshot *snapshot, json_t *chain, size_t at, struct err *err)
{
	json_t *before = json_deep_copy(chain);
	int result = before ? 0 : err_sys(err, ENOMEM, "committing");
	bool sent = false;

	if (!result && disk_chain_cut(chain, at))
		result = err_sys(err, ENOMEM, "committing");
	if (!result)
		result = snapshot_save(snapshot, err);
	if (!result) {
		sent = true;
		result = tell(snapshot, "job-finalize",
			      json_pack("{s:s}", "id", SNAPSHOT_JOB), err);
	}
	if (!result)
		result = await_job(snapshot, "", err);
	/* Where QEMU does not answer it may have done it: then what is above is old already. */
	if (before && (result == -EREMOTEIO || (result && !sent))) {
		json_object_update(chain, before);
		snapshot_save(snapshot, NULL);
	}
	json_decref(before);
	return result;
}

int snapshot_live_commit(struct snapshot *snapshot, size_t disk, json_t *chain, size_t at,
			 struct err *err)
{
	int result = start_job(snapshot, disk, chain, at, err);

	if (result)
		return result;
	result = await_job(snapshot, "ready", err);
	if (!result)
		result = tell(snapshot, "block-job-complete",
			      json_pack("{s:s}", "device", SNAPSHOT_JOB), err);
	if (!result)
		result = await_job(snapshot, "pending", err);
	if (!result)
		result = pivot(snapshot, chain, at, err);
	/* Whatever became of it, QEMU says what it has open. */
	if (result)
		snapshot_live_settle(snapshot, NULL);
	else
		result = look_again(snapshot, err);
	return result;
}
