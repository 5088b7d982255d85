/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap.c: the part "swap": makes steps of what swap_decide says. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/kmod_need.h"
#include "host-prep/swap_journal.h"
#include "host-prep/swap_step.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"

/* ---- planning ---- */

static void job_make(struct swap_job *job, const struct part_context *context,
		     const struct swap_wish *wish, const struct swap_seen *seen)
{
	*job = (struct swap_job){
		.root_fd = context->root_fd,
		.is_file = *wish->conf->file,
		.is_zram = wish->conf->zram,
		.size = wish->size,
		.limit = wish->conf->memory_limit,
		.priority = wish->priority,
		.old_size = seen->size,
		.old_priority = seen->priority,
		.discard = wish->conf->discard,
		.old_discard =
			seen->discard < 0 ? (int)wish->conf->discard : seen->discard,
		.mode = seen->mode & 07777,
	};
	memcpy(job->path, seen->path, sizeof(job->path));
	memcpy(job->label, wish->label, sizeof(job->label));
	snprintf(job->uuid, sizeof(job->uuid), "%.39s", wish->conf->uuid);
	snprintf(job->algorithm, sizeof(job->algorithm), "%.31s", wish->conf->algorithm);
}

static int plan_zram(const struct part_context *context,
		     const struct swap_decision *decision, const struct swap_job *job,
		     const struct swap_seen *seen, const char *origin,
		     struct steps *steps, struct err *err)
{
	const struct swap_job old = swap_job_of_zram(job, seen);
	char before[SWAP_USE_TEXT] = "", use[SWAP_USE_TEXT], after[128];
	int result = 0;

	swap_use_text(job->priority, job->discard, use);
	if (seen->active)
		swap_use_text(seen->priority, seen->discard, before);
	if (!decision->make)
		return decision->on ? swap_add_step(steps,
						    seen->active ? SWAP_STEP_CHANGE
								 : SWAP_STEP_ON,
						    job, before, use, origin, err)
				    : 0;
	/* Without a device to begin with: each is added when it is wanted. */
	if (!file_exists(job->root_fd, SWAP_ZRAM_CONTROL))
		result = kmod_need(context, swap_part.name, "zram", "num_devices=0",
				   steps, err);
	if (!result && seen->there)
		result = swap_add_step(steps, SWAP_STEP_NO_ZRAM, &old, "", "", "", err);
	snprintf(after, sizeof(after), "%" PRIu64 "M%s%s, %s", job->size >> 20,
		 job->algorithm[0] ? " " : "", job->algorithm, use);
	return result ? result
		      : swap_add_step(steps, SWAP_STEP_ZRAM, job, "", after, origin, err);
}

static int plan_content(const struct swap_decision *decision, const struct swap_job *job,
			const struct swap_seen *seen, const char *origin,
			struct steps *steps, struct err *err)
{
	char size[32], old_size[32], mode[16];

	snprintf(size, sizeof(size), "%" PRIu64 "M", job->size >> 20);
	snprintf(old_size, sizeof(old_size), "%" PRIu64 "M", seen->size >> 20);
	snprintf(mode, sizeof(mode), "%04o", (unsigned)job->mode);
	if (decision->make)
		return swap_add_step(steps,
				     seen->there ? SWAP_STEP_NEW_FILE : SWAP_STEP_FILE,
				     job, seen->there ? old_size : "", size, origin, err);
	if (decision->format)
		return swap_add_step(steps, SWAP_STEP_FORMAT, job, "", job->label, origin,
				     err);
	if (decision->chmod)
		return swap_add_step(steps, SWAP_STEP_MODE, job, mode, "0600", origin,
				     err);
	return 0;
}

static int plan_area(const struct swap_decision *decision, const struct swap_job *job,
		     const struct swap_seen *seen, const char *origin,
		     struct steps *steps, struct err *err)
{
	char before[SWAP_USE_TEXT], after[SWAP_USE_TEXT];
	int result = 0;

	swap_use_text(seen->priority, seen->discard, before);
	swap_use_text(job->priority, job->discard, after);
	if (decision->off && decision->make)
		result = swap_add_step(steps, SWAP_STEP_OFF, job, before, "", "", err);
	if (!result)
		result = plan_content(decision, job, seen, origin, steps, err);
	if (result || !decision->on)
		return result;
	if (decision->off && !decision->make)
		return swap_add_step(steps, SWAP_STEP_CHANGE, job, before, after, origin,
				     err);
	return swap_add_step(steps, SWAP_STEP_ON, job, "", after, origin, err);
}

/* ---- the part ---- */

/* UUID= and a path may well mean one device. */
static int check_twice(const struct names *wanted, const struct swap_job *job,
		       const struct swap_wish *wish, struct err *err)
{
	if (!names_have(wanted, swap_key(job)))
		return 0;
	err_set(err, EEXIST, "%s: %s is in another section already", wish->origin,
		swap_key(job));
	err_mistake(err);
	return -EEXIST;
}

static int plan_section(const struct part_context *context, size_t index, unsigned zram,
			const struct swap_areas *areas, const char *fstab,
			struct names *wanted, struct steps *steps, struct err *err)
{
	struct swap_wish wish;
	struct swap_seen seen;
	struct swap_decision decision;
	struct swap_job job;
	int result;

	swap_wish_make(&wish, context, index, zram, areas->memory);
	result = swap_look(&seen, context->root_fd, &wish, areas, err);
	if (result)
		return result;
	swap_journal_recall(&seen,
			    json_object_get(context->journal,
					    wish.conf->zram ? wish.label : seen.path));
	job_make(&job, context, &wish, &seen);
	result = check_twice(wanted, &job, &wish, err);
	if (!result && !job.is_zram)
		result = swap_check_guests(context, job.path, wish.origin, err);
	if (!result)
		result = swap_decide(&decision, &wish, &seen, areas->available, err);
	if (result)
		return result;
	if (names_add(wanted, swap_key(&job)))
		return err_sys(err, ENOMEM, "planning swap space");
	if (!job.is_zram)
		swap_note_fstab(context, fstab, job.path, wish.origin);
	if (job.is_zram)
		result = swap_drop_unfinished(context, job.label, steps, err);
	if (result)
		return result;
	swap_journal_note(context, &job, &decision, &seen);
	if (job.is_zram)
		return plan_zram(context, &decision, &job, &seen, wish.origin, steps,
				 err);
	return plan_area(&decision, &job, &seen, wish.origin, steps, err);
}

static bool is_empty(const struct host_swap *swap)
{
	return !*swap->device && !*swap->file && !swap->zram;
}

/* Once no zram device is left that was made here. */
static int drop_module(const struct part_context *context, struct steps *steps,
		       struct err *err)
{
	if (swap_journal_has_zram(context->journal))
		return 0;
	return kmod_need_no_more(context, swap_part.name, steps, err);
}

/* What goes comes last, so that there is always something to swap to. */
static int plan(const struct part_context *context, struct steps *steps, struct err *err)
{
	_cleanup_areas_ struct swap_areas areas = SWAP_AREAS_INIT;
	_cleanup_names_ struct names wanted = NAMES_INIT;
	_cleanup_strbuf_ struct strbuf fstab;
	int result = swap_areas_read(&areas, context->root_fd, err);
	unsigned zram = 0;

	strbuf_init(&fstab, 0);
	file_read(context->root_fd, "etc/fstab", &fstab, NULL);

	for (size_t i = 0; !result && i < context->host->swap.count; i++) {
		const struct host_swap *swap = &context->host->swap.items[i];

		if (is_empty(swap))
			continue;
		result = plan_section(context, i, zram, &areas, fstab.text, &wanted,
				      steps, err);
		zram += swap->zram;
	}
	if (!result)
		result = swap_take_back(context, &wanted, &areas, steps, err);
	return result || zram ? result : drop_module(context, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	_cleanup_areas_ struct swap_areas areas = SWAP_AREAS_INIT;
	const struct names none = NAMES_INIT;
	int result = swap_areas_read(&areas, context->root_fd, err);

	if (!result)
		result = swap_take_back(context, &none, &areas, steps, err);
	return result ? result : drop_module(context, steps, err);
}

const struct part swap_part = {
	.name = "swap",
	.help = "swap space",
	.plan = plan,
	.down = down,
	.settle = swap_journal_settle,
	.drops_entries = true,
};
