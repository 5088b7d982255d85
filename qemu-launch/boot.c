/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot.c: the command boot: all guests that start with the host, in order. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/interrupt.h"
#include "lib/log.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/show_jobs.h"
#include "qemu-launch/start.h"
#include "qemu-launch/state.h"
#include "qemu-launch/stopping.h"
#include "qemu-launch/unit.h"

struct boot {
	struct context context;
	const struct args *args;
	struct order order;
	struct jobs jobs;
	bool *begun; /* by us, not ready before */
};

static void tell_start(const struct jobs *jobs, size_t guest)
{
	show_job(jobs, guest, &show_start_words);
}

/* Those whose order cannot be kept do not start; the others do. */
static void judge(struct boot *boot, const bool *chosen)
{
	_cleanup_host_findings_ struct findings findings = FINDINGS_INIT;

	order_judge(&boot->order, chosen, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];
		size_t guest = 0;

		if (finding->severity < CHECK_PROBLEM) {
			log_warning("%s: %s: %s", finding->subject, finding->origin,
				    finding->what);
			continue;
		}
		while (strcmp(boot->order.guests[guest].name, finding->subject) != 0)
			guest++;
		if (boot->jobs.items[guest].state == JOB_WAITS)
			jobs_settle(&boot->jobs, guest, JOB_FAILED, finding->what);
	}
}

static int choose(struct boot *boot, struct err *err)
{
	const struct guests *guests = &boot->context.settings.guests;
	_cleanup_free_ bool *chosen = calloc(guests->count + 1, sizeof(*chosen));

	boot->begun = calloc(guests->count + 1, sizeof(*boot->begun));
	if (!chosen || !boot->begun)
		return err_sys(err, ENOMEM, "starting the guests");
	for (size_t i = 0; i < guests->count; i++)
		chosen[i] = guests->items[i].data->guest.autostart;
	order_complete(&boot->order, chosen);
	for (size_t i = 0; i < guests->count; i++)
		boot->jobs.items[i].state = chosen[i] ? JOB_WAITS : JOB_NONE;
	start_skip_ready(&boot->jobs, &boot->context);
	for (size_t i = 0; i < guests->count; i++)
		boot->begun[i] =
			boot->jobs.items[i].state == JOB_WAITS &&
			!state_needs_stop(boot->context.root_fd, guests->items[i].name);
	if (!boot->args->json && !boot->args->dry_run)
		boot->jobs.tell = tell_start;
	judge(boot, chosen);
	return 0;
}

/* A supervisor that has not written itself down yet is our child, and is told directly. */
static void stop_supervisors(struct boot *boot)
{
	for (size_t i = 0; i < boot->order.count; i++)
		if (boot->jobs.items[i].state == JOB_WORKS && boot->begun[i])
			kill(boot->jobs.items[i].pid, SIGTERM);
}

/* Somebody wants us to stop in the middle: what we have begun is taken back, in reverse order. */
static int take_back(struct boot *boot, struct err *err)
{
	struct stopping stopping = { &boot->context, boot->args };
	_cleanup_jobs_ struct jobs back = { .order = &boot->order,
					    .backwards = true,
					    .begin = stop_begin_job,
					    .tell = boot->args->json ? NULL
								     : show_failure,
					    .data = &stopping };
	int result = jobs_init(&back, err);

	log_warning("stopped in the middle: stopping what was started");
	jobs_cancel(&boot->jobs);
	boot->jobs.tell = NULL;
	interrupted = 0;
	stop_supervisors(boot);
	jobs_run(&boot->jobs, NULL);
	for (size_t i = 0; !result && i < boot->order.count; i++)
		if (boot->begun[i] &&
		    state_needs_stop(boot->context.root_fd, boot->order.guests[i].name))
			back.items[i].state = JOB_WAITS;
	if (!result)
		result = jobs_run(&back, err);
	return result ? result : err_set(err, EINTR, "stopped in the middle");
}

static int run(struct boot *boot, struct err *err)
{
	int result = 0;

	if (boot->args->dry_run)
		return show_plan(&boot->jobs, boot->args->json,
				 "no guest has Autostart=yes", err);
	if (unit_is_used(&boot->context))
		result = unit_refresh(&boot->context, err);
	if (!result)
		result = jobs_run(&boot->jobs, err);
	if (result == -EINTR)
		result = take_back(boot, err);
	if (boot->args->json && show_results(&boot->jobs, &show_start_words, err))
		return -EIO;
	return result;
}

int boot_run(const struct args *args, struct err *err)
{
	struct boot boot = { .args = args, .order = { .edges = NULL } };
	const struct guests *guests = &boot.context.settings.guests;
	int result = context_open(&boot.context, args, err), code = EXIT_USAGE;

	if (!result) {
		boot.jobs = (struct jobs){ .order = &boot.order,
					   .begin = start_begin,
					   .data = &boot.context };
		result = order_read(&boot.order, guests->items, guests->count, err);
		if (!result)
			result = jobs_init(&boot.jobs, err);
		if (!result)
			result = choose(&boot, err);
		if (!result)
			result = run(&boot, err);
		code = result || jobs_have(&boot.jobs, JOB_FAILED) ||
				       jobs_have(&boot.jobs, JOB_LEFT_OUT) ||
				       guests->wrong_count
			       ? EXIT_FAILED
			       : EXIT_DONE;
	}
	free(boot.begun);
	jobs_release(&boot.jobs);
	order_release(&boot.order);
	context_release(&boot.context);
	return code;
}
