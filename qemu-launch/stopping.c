/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stopping.c: the commands stop, restart and shutdown. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/interrupt.h"
#include "lib/log.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/show_jobs.h"
#include "qemu-launch/state.h"
#include "qemu-launch/stopping.h"
#include "qemu-launch/supervise.h"
#include "qemu-launch/unit.h"

/* What a killed supervisor left behind is stopped here, as it would have been there. */
static int stop_orphan(const struct args *args, const char *guest, struct err *err)
{
	struct supervisor sup = { .args = args, .only_stop = true };

	return supervise(&sup, guest, err) == EXIT_DONE ? 0 : err->code;
}

static int await_end(const struct process_id *supervisor, int fd, struct err *err)
{
	struct pollfd gone = { .fd = fd, .events = POLLIN };
	int result = process_id_signal(supervisor, SIGTERM, err);

	while (!result && poll(&gone, 1, -1) < 0)
		if (interrupted)
			return err_set(err, EINTR, "not waited for any longer");
	return result == -ESRCH ? (err_clear(err), 0) : result;
}

/* Its unit is to know that it was stopped, or systemd would wonder. */
static int stop_supervised(const struct stopping *stopping, const char *guest,
			   const struct process_id *supervisor, int fd, struct err *err)
{
	if (unit_is_used(stopping->context) && unit_has_process(guest, supervisor))
		return unit_ask("stop", guest, err);
	return await_end(supervisor, fd, err);
}

int stop_guest(const struct stopping *stopping, const char *guest, struct err *err)
{
	int root_fd = stopping->context->root_fd;
	_cleanup_state_ struct state state = { .done = NULL };
	_cleanup_close_ int fd = -1;
	int result = state_read(&state, root_fd, guest, err);

	if (result)
		return result;
	fd = process_id_open(&state.supervisor, NULL);
	if (fd >= 0)
		result = stop_supervised(stopping, guest, &state.supervisor, fd, err);
	if (result)
		return result;
	/* It may have been killed instead. */
	state_release(&state);
	result = state_read(&state, root_fd, guest, err);
	if (!result && json_object_size(state.done))
		result = stop_orphan(stopping->args, guest, err);
	return result;
}

static int stop_work(const void *data, const char *guest, struct err *err)
{
	return stop_guest(data, guest, err);
}

int stop_begin_job(const struct jobs *jobs, size_t guest, pid_t *pid, struct err *err)
{
	return jobs_fork(stop_work, jobs->data, jobs->order->guests[guest].name, pid,
			 err);
}

/* ---- the commands ---- */

struct stop_plan {
	struct context context;
	struct order order;
	struct stopping stopping;
	struct jobs jobs;
};

static int plan_init(struct stop_plan *plan, const struct args *args, struct err *err)
{
	const struct guests *guests = &plan->context.settings.guests;
	int result = order_read(&plan->order, guests->items, guests->count, err);

	plan->stopping = (struct stopping){ &plan->context, args };
	plan->jobs = (struct jobs){ .order = &plan->order,
				    .backwards = true,
				    .begin = stop_begin_job,
				    .data = &plan->stopping };
	return result ? result : jobs_init(&plan->jobs, err);
}

static void plan_release(struct stop_plan *plan)
{
	jobs_release(&plan->jobs);
	order_release(&plan->order);
	context_release(&plan->context);
}

static void want_named(struct stop_plan *plan, const struct args *args)
{
	for (size_t i = 0; i < plan->order.count; i++)
		for (size_t j = 0; j < args->operand_count; j++)
			if (!strcmp(plan->order.guests[i].name, args->operands[j]))
				plan->jobs.items[i].state = JOB_WAITS;
}

/* A guest goes on without one that it requires, as it does when that one breaks down. */
static void warn_of_dependents(const struct stop_plan *plan)
{
	for (size_t i = 0; i < plan->order.edge_count; i++) {
		const struct order_edge *edge = &plan->order.edges[i];
		const char *name = plan->order.guests[edge->guest].name;

		if (!edge->is_required || edge->needs == ORDER_NOBODY ||
		    plan->jobs.items[edge->needs].state != JOB_WAITS ||
		    plan->jobs.items[edge->guest].state == JOB_WAITS)
			continue;
		if (state_needs_stop(plan->context.root_fd, name))
			log_warning("%s: it runs, and requires %s", name, edge->name);
	}
}

static int stop_named(struct stop_plan *plan, const struct args *args, struct err *err)
{
	want_named(plan, args);
	warn_of_dependents(plan);
	plan->jobs.tell = show_failure;
	if (jobs_run(&plan->jobs, err))
		return EXIT_FAILED;
	return jobs_have(&plan->jobs, JOB_FAILED) ? EXIT_FAILED : EXIT_DONE;
}

/* A guest that runs is stopped whatever its file has become. */
static int open_for_stop(struct context *context, const struct args *args,
			 struct err *err)
{
	int result = context_open_any(context, args, err);

	if (!result && !args->operand_count)
		result = context_which(err);
	for (size_t i = 0; !result && i < args->operand_count; i++)
		if (!context_find_any(context, args->operands[i], err))
			result = -ENOENT;
	if (!result)
		guests_keep_wrong(&context->settings.guests);
	return result;
}

int stop_run(const struct args *args, struct err *err)
{
	struct stop_plan plan = { .order = { .edges = NULL } };
	int code = EXIT_USAGE;

	if (!open_for_stop(&plan.context, args, err)) {
		code = EXIT_FAILED;
		if (!plan_init(&plan, args, err))
			code = stop_named(&plan, args, err);
	}
	plan_release(&plan);
	return code;
}

int restart_run(const struct args *args, struct err *err)
{
	_cleanup_context_ struct context context;
	int code = EXIT_USAGE;

	/* What cannot be started is not stopped for it. */
	if (!context_open_operands(&context, args, err))
		code = stop_run(args, err);
	return code == EXIT_DONE ? start_run(args, err) : code;
}

/* ---- shutdown ---- */

static bool was_forced(const struct context *context, const char *guest)
{
	_cleanup_state_ struct state state = { .done = NULL };

	return !state_read(&state, context->root_fd, guest, NULL) && state.forced;
}

/* What did not go by itself has failed, though it is gone. */
static void tell_stop(const struct jobs *jobs, size_t guest)
{
	const struct stopping *stopping = jobs->data;
	struct job *job = &jobs->items[guest];

	if (job->state == JOB_DONE &&
	    was_forced(stopping->context, jobs->order->guests[guest].name)) {
		job->state = JOB_FAILED;
		snprintf(job->reason, sizeof(job->reason),
			 "it did not shut down in time, and was ended");
	}
	if (!stopping->args->json)
		show_job(jobs, guest, &show_stop_words);
}

static int shut_down(struct stop_plan *plan, const struct args *args, struct err *err)
{
	int result;

	for (size_t i = 0; i < plan->order.count; i++)
		if (state_needs_stop(plan->context.root_fd, plan->order.guests[i].name))
			plan->jobs.items[i].state = JOB_WAITS;
	plan->jobs.tell = tell_stop;
	if (args->dry_run) {
		result = show_plan(&plan->jobs, args->json, "no guest runs", err);
		return result ? EXIT_FAILED : EXIT_DONE;
	}
	result = jobs_run(&plan->jobs, err);
	if (args->json && show_results(&plan->jobs, &show_stop_words, err))
		return EXIT_FAILED;
	return result || jobs_have(&plan->jobs, JOB_FAILED) ? EXIT_FAILED : EXIT_DONE;
}

int shutdown_run(const struct args *args, struct err *err)
{
	struct stop_plan plan = { .order = { .edges = NULL } };
	int code = EXIT_USAGE;

	if (!context_open_any(&plan.context, args, err)) {
		guests_keep_wrong(&plan.context.settings.guests);
		code = EXIT_FAILED;
		if (!plan_init(&plan, args, err))
			code = shut_down(&plan, args, err);
	}
	plan_release(&plan);
	return code;
}
