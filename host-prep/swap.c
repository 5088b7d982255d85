/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * swap.c: the part "swap": makes steps of what swap_decide says.
 *
 * The journal's section has {KEY: {"path", "made", "priority", "discard"}} of each area that
 * was touched; KEY is its path, or the label of a zram device. "made" is whether the file or
 * device was not there before, "priority" what an area had that was in use before, "discard"
 * how it was brought into use, "unfinished" the size of a zram device that is being made.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host-prep/kmod_need.h"
#include "host-prep/swap_step.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"

/* ---- planning ---- */

enum { USE_TEXT = 48 };

/* How an area is in use: "priority 5, discard pages". */
static void use_text(int priority, int discard, char text[USE_TEXT])
{
	static const char *const words[] = {
		[host_swap_discard_once] = ", discard once",
		[host_swap_discard_pages] = ", discard pages",
		[host_swap_discard_all] = ", discard all",
	};
	const char *word = discard > 0 ? words[discard] : "";

	if (priority < 0)
		snprintf(text, USE_TEXT, "any priority%s", word);
	else
		snprintf(text, USE_TEXT, "priority %d%s", priority, word);
}

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

/* What is there of a zram device, so that it can be made again. */
static struct swap_job job_of_zram(const struct swap_job *job,
				   const struct swap_seen *seen)
{
	struct swap_job old = *job;

	old.size = seen->size;
	old.limit = seen->limit;
	old.priority = seen->active ? seen->priority : job->priority;
	memcpy(old.algorithm, seen->algorithm, sizeof(old.algorithm));
	return old;
}

static int plan_zram(const struct part_context *context,
		     const struct swap_decision *decision, const struct swap_job *job,
		     const struct swap_seen *seen, const char *origin,
		     struct steps *steps, struct err *err)
{
	const struct swap_job old = job_of_zram(job, seen);
	char before[USE_TEXT] = "", use[USE_TEXT], after[128];
	int result = 0;

	use_text(job->priority, job->discard, use);
	if (seen->active)
		use_text(seen->priority, seen->discard, before);
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
	char before[USE_TEXT], after[USE_TEXT];
	int result = 0;

	use_text(seen->priority, seen->discard, before);
	use_text(job->priority, job->discard, after);
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

/* ---- the journal ---- */

static const char *key_of(const struct swap_job *job)
{
	return job->is_zram ? job->label : job->path;
}

static void note(const struct part_context *context, const struct swap_job *job,
		 const struct swap_decision *decision, const struct swap_seen *seen)
{
	json_t *entry = json_object_get(context->journal, key_of(job));

	if (!(decision->off || decision->make || decision->on))
		return;
	if (!entry) {
		entry = json_pack("{s:s, s:b, s:b}", "path", job->path, "zram",
				  job->is_zram, "made", decision->make && !seen->there);
		if (seen->active)
			json_object_set_new(entry, "priority",
					    json_integer(seen->priority));
		json_object_set_new(context->journal, key_of(job), entry);
	}
	json_object_set_new(entry, "discard", json_integer(job->discard));
	if (job->is_zram && decision->make)
		json_object_set_new(entry, "unfinished",
				    json_integer((json_int_t)job->size));
}

/* Until the steps are done: without its label a zram device is not to be known again. */
static void settle(json_t *section)
{
	const char *key;
	json_t *entry;

	json_object_foreach(section, key, entry)
	{
		json_object_del(entry, "unfinished");
	}
}

/* What the kernel does not tell of an area that was brought into use here. */
static void remember(struct swap_seen *seen, const json_t *entry)
{
	const json_t *discard = json_object_get(entry, "discard");

	if (discard && seen->active)
		seen->discard = (int)json_integer_value(discard);
}

/* What is there, so that a file can be made again. Whether it holds swap space. */
static bool look_at_area(struct swap_job *job)
{
	_cleanup_close_ int fd =
		file_open_in_root(job->root_fd, job->path, O_RDONLY | O_NONBLOCK, NULL);
	struct swap_probe probe;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || swap_probe(&probe, fd, job->path, NULL) ||
	    probe.content != SWAP_SPACE)
		return false;
	job->is_file = S_ISREG(st.st_mode);
	job->size = (uint64_t)st.st_size;
	snprintf(job->label, sizeof(job->label), "%.15s", probe.label);
	snprintf(job->uuid, sizeof(job->uuid), "%.39s", probe.uuid);
	return true;
}

/* Out of use is what an area is halfway from one priority to another: after a crash, too. */
static int take_back_use(const json_t *entry, struct swap_job *job,
			 const struct swap_area *area, bool usable, struct steps *steps,
			 struct err *err)
{
	const json_t *priority = json_object_get(entry, "priority");
	char before[USE_TEXT], after[USE_TEXT];

	job->old_priority = area ? area->priority : -1;
	job->old_discard = (int)json_integer_value(json_object_get(entry, "discard"));
	job->priority = priority ? (int)json_integer_value(priority) : -1;
	use_text(job->old_priority, job->old_discard, before);
	use_text(job->priority, job->discard, after);
	if (!priority)
		return area ? swap_add_step(steps, SWAP_STEP_OFF, job, before, "", "",
					    err)
			    : 0;
	if (!area)
		return usable ? swap_add_step(steps, SWAP_STEP_ON, job, "", after, "",
					      err)
			      : 0;
	return area->priority == job->priority
		       ? 0
		       : swap_add_step(steps, SWAP_STEP_CHANGE, job, before, after, "",
				       err);
}

/* Steps that bring an area back to what it was before the journal's entry. */
static int take_back(const struct part_context *context, const json_t *entry,
		     const struct swap_areas *areas, struct steps *steps, struct err *err)
{
	struct swap_job job = { .root_fd = context->root_fd };
	const char *path = json_string_value(json_object_get(entry, "path"));
	const struct swap_area *area;
	bool usable;
	int result;

	if (!path || *path != '/')
		return 0;
	snprintf(job.path, sizeof(job.path), "%s", path);
	usable = look_at_area(&job);
	area = swap_areas_find(areas, job.path,
			       swap_device_number(context->root_fd, job.path));
	result = take_back_use(entry, &job, area, usable, steps, err);
	if (!result && job.is_file && json_is_true(json_object_get(entry, "made")))
		result = swap_add_step(steps, SWAP_STEP_NO_FILE, &job, "", "", "", err);
	if (!result && swap_file_has_rest(context->root_fd, job.path))
		result = swap_add_step(steps, SWAP_STEP_NO_REST, &job, "", "", "", err);
	return result;
}

/* What a crash has left of a zram device: it has its size, but nothing in it. */
static int drop_unfinished(const struct part_context *context, const char *label,
			   struct steps *steps, struct err *err)
{
	struct swap_job job = { .root_fd = context->root_fd, .is_zram = true };
	const json_t *entry = json_object_get(context->journal, label);
	const json_t *size = json_object_get(entry, "unfinished");
	int found = 0;

	if (size)
		found = swap_zram_find_blank(context->root_fd,
					     (uint64_t)json_integer_value(size), job.path,
					     err);
	if (found <= 0)
		return found;
	snprintf(job.label, sizeof(job.label), "%.15s", label);
	return swap_add_step(steps, SWAP_STEP_NO_BLANK, &job, "", "", "", err);
}

static int take_back_zram(const struct part_context *context, const char *label,
			  const struct swap_areas *areas, struct steps *steps,
			  struct err *err)
{
	struct swap_job job = { .root_fd = context->root_fd, .is_zram = true };
	struct swap_seen seen = { .there = false };
	const struct swap_area *area;
	int found = drop_unfinished(context, label, steps, err);

	if (!found)
		found = swap_zram_find(&seen, context->root_fd, label, err);
	if (found <= 0)
		return found;
	area = swap_areas_find(areas, seen.path, 0);
	seen.active = area;
	seen.priority = area ? area->priority : -1;
	memcpy(job.path, seen.path, sizeof(job.path));
	snprintf(job.label, sizeof(job.label), "%.15s", label);
	job = job_of_zram(&job, &seen);
	return swap_add_step(steps, SWAP_STEP_NO_ZRAM, &job, "", "", "", err);
}

static bool is_wanted(const struct names *wanted, const char *key)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (!strcmp(wanted->items[i], key))
			return true;
	return false;
}

static int take_back_all(const struct part_context *context, const struct names *wanted,
			 const struct swap_areas *areas, struct steps *steps,
			 struct err *err)
{
	const char *key;
	json_t *entry;
	void *next;
	int result = 0;

	json_object_foreach_safe(context->journal, next, key, entry)
	{
		if (result || is_wanted(wanted, key))
			continue;
		if (json_is_true(json_object_get(entry, "zram")))
			result = take_back_zram(context, key, areas, steps, err);
		else
			result = take_back(context, entry, areas, steps, err);
		if (!result)
			json_object_del(context->journal, key);
	}
	return result;
}

/* ---- the part ---- */

/* UUID= and a path may well mean one device. */
static int check_twice(const struct names *wanted, const struct swap_job *job,
		       const struct swap_wish *wish, struct err *err)
{
	if (!is_wanted(wanted, key_of(job)))
		return 0;
	err_set(err, EEXIST, "%s: %s is in another section already", wish->origin,
		key_of(job));
	err_mistake(err);
	return -EEXIST;
}

static int plan_section(const struct part_context *context, size_t index, unsigned zram,
			const struct swap_areas *areas, struct names *wanted,
			struct steps *steps, struct err *err)
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
	remember(&seen, json_object_get(context->journal,
					wish.conf->zram ? wish.label : seen.path));
	job_make(&job, context, &wish, &seen);
	result = check_twice(wanted, &job, &wish, err);
	if (!result)
		result = swap_decide(&decision, &wish, &seen, areas->available, err);
	if (result)
		return result;
	if (names_add(wanted, key_of(&job)))
		return err_sys(err, ENOMEM, "planning swap space");
	if (job.is_zram)
		result = drop_unfinished(context, job.label, steps, err);
	if (result)
		return result;
	note(context, &job, &decision, &seen);
	if (job.is_zram)
		return plan_zram(context, &decision, &job, &seen, wish.origin, steps,
				 err);
	return plan_area(&decision, &job, &seen, wish.origin, steps, err);
}

static bool is_empty(const struct host_swap *swap)
{
	return !*swap->device && !*swap->file && !swap->zram;
}

/* What goes comes last, so that there is always something to swap to. */
static int plan(const struct part_context *context, struct steps *steps, struct err *err)
{
	_cleanup_areas_ struct swap_areas areas = SWAP_AREAS_INIT;
	_cleanup_names_ struct names wanted = NAMES_INIT;
	int result = swap_areas_read(&areas, context->root_fd, err);
	unsigned zram = 0;

	for (size_t i = 0; !result && i < context->host->swap.count; i++) {
		const struct host_swap *swap = &context->host->swap.items[i];

		if (is_empty(swap))
			continue;
		result = plan_section(context, i, zram, &areas, &wanted, steps, err);
		zram += swap->zram;
	}
	if (!result)
		result = take_back_all(context, &wanted, &areas, steps, err);
	return result || zram ? result
			      : kmod_need_no_more(context, swap_part.name, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	_cleanup_areas_ struct swap_areas areas = SWAP_AREAS_INIT;
	const struct names none = NAMES_INIT;
	int result = swap_areas_read(&areas, context->root_fd, err);

	if (!result)
		result = take_back_all(context, &none, &areas, steps, err);
	return result ? result : kmod_need_no_more(context, swap_part.name, steps, err);
}

const struct part swap_part = {
	.name = "swap",
	.help = "swap space",
	.plan = plan,
	.down = down,
	.settle = settle,
};
