/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * swap_journal.c: what was done about swap space, and the steps that take it back.
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
#include <string.h>
#include <sys/stat.h>

#include "host-prep/swap_journal.h"
#include "host-prep/swap_step.h"
#include "lib/cleanup.h"
#include "lib/file.h"

const char *swap_key(const struct swap_job *job)
{
	return job->is_zram ? job->label : job->path;
}

void swap_journal_note(const struct part_context *context, const struct swap_job *job,
		       const struct swap_decision *decision, const struct swap_seen *seen)
{
	json_t *entry = json_object_get(context->journal, swap_key(job));

	if (!(decision->off || decision->make || decision->on))
		return;
	if (!entry) {
		entry = json_pack("{s:s, s:b, s:b}", "path", job->path, "zram",
				  job->is_zram, "made", decision->make && !seen->there);
		if (seen->active)
			json_object_set_new(entry, "priority",
					    json_integer(seen->priority));
		json_object_set_new(context->journal, swap_key(job), entry);
	}
	json_object_set_new(entry, "discard", json_integer(job->discard));
	if (job->is_zram && decision->make)
		json_object_set_new(entry, "unfinished",
				    json_integer((json_int_t)job->size));
}

/* Until the steps are done: without its label a zram device is not to be known again. */
void swap_journal_settle(json_t *section)
{
	const char *key;
	json_t *entry;

	json_object_foreach(section, key, entry) {
		json_object_del(entry, "unfinished");
	}
}

/* What the kernel does not tell of an area that was brought into use here. */
void swap_journal_recall(struct swap_seen *seen, const json_t *entry)
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

/* Where the memory has no room for what is in an area, whoever takes it out of use is the
 * first that the kernel kills. `room` is what is left. */
static bool has_to_stay(const struct part_context *context, const char *name,
			const struct swap_area *area, uint64_t *room)
{
	uint64_t need = area ? area->used + area->used / 8 : 0;

	if (need <= *room) {
		*room -= need;
		return false;
	}
	part_note(context,
		  "swap %s stays in use: it holds %" PRIu64
		  "M, for which the memory has no room (%" PRIu64 "M are free)",
		  name, area->used >> 20, *room >> 20);
	return true;
}

/* Out of use is what an area is halfway from one priority to another: after a crash, too. */
static int take_back_use(const json_t *entry, struct swap_job *job,
			 const struct swap_area *area, bool usable, struct steps *steps,
			 struct err *err)
{
	const json_t *priority = json_object_get(entry, "priority");
	char before[SWAP_USE_TEXT], after[SWAP_USE_TEXT];

	job->old_priority = area ? area->priority : -1;
	job->old_discard = (int)json_integer_value(json_object_get(entry, "discard"));
	job->priority = priority ? (int)json_integer_value(priority) : -1;
	swap_use_text(job->old_priority, job->old_discard, before);
	swap_use_text(job->priority, job->discard, after);
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

/* Steps that bring an area back to what it was before the journal's entry; 1 where it stays. */
static int take_back(const struct part_context *context, const json_t *entry,
		     const struct swap_areas *areas, uint64_t *room, struct steps *steps,
		     struct err *err)
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
	if (has_to_stay(context, job.path, area, room))
		return 1;
	result = take_back_use(entry, &job, area, usable, steps, err);
	if (!result && job.is_file && json_is_true(json_object_get(entry, "made")))
		result = swap_add_step(steps, SWAP_STEP_NO_FILE, &job, "", "", "", err);
	if (!result && swap_file_has_rest(context->root_fd, job.path))
		result = swap_add_step(steps, SWAP_STEP_NO_REST, &job, "", "", "", err);
	return result;
}

/* What a crash has left of a zram device: it has its size, but nothing in it. */
int swap_drop_unfinished(const struct part_context *context, const char *label,
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
			  const struct swap_areas *areas, uint64_t *room,
			  struct steps *steps, struct err *err)
{
	struct swap_job job = { .root_fd = context->root_fd, .is_zram = true };
	struct swap_seen seen = { .there = false };
	const struct swap_area *area;
	int found = swap_drop_unfinished(context, label, steps, err);

	if (!found)
		found = swap_zram_find(&seen, context->root_fd, label, err);
	if (found <= 0)
		return found;
	area = swap_areas_find(areas, seen.path, 0);
	if (has_to_stay(context, label, area, room))
		return 1;
	seen.active = area;
	seen.priority = area ? area->priority : -1;
	memcpy(job.path, seen.path, sizeof(job.path));
	snprintf(job.label, sizeof(job.label), "%.15s", label);
	job = swap_job_of_zram(&job, &seen);
	return swap_add_step(steps, SWAP_STEP_NO_ZRAM, &job, "", "", "", err);
}

int swap_take_back(const struct part_context *context, const struct names *wanted,
		   const struct swap_areas *areas, struct steps *steps, struct err *err)
{
	uint64_t room = areas->available;
	const char *key;
	json_t *entry;
	void *next;

	json_object_foreach_safe(context->journal, next, key, entry)
	{
		bool zram = json_is_true(json_object_get(entry, "zram"));
		int result;

		if (names_have(wanted, key))
			continue;
		result = zram ? take_back_zram(context, key, areas, &room, steps, err)
			      : take_back(context, entry, areas, &room, steps, err);
		if (result < 0)
			return result;
		if (!result)
			json_object_del(context->journal, key);
	}
	return 0;
}

bool swap_journal_has_zram(const json_t *section)
{
	const char *key;
	json_t *entry;

	json_object_foreach((json_t *)section, key, entry) {
		if (json_is_true(json_object_get(entry, "zram")))
			return true;
	}
	return false;
}
