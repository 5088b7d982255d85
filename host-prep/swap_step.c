/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap_step.c: the steps that swap space comes and goes by. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host-prep/swap_step.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static int run_on(const struct step *step, struct err *err)
{
	const struct swap_job *job = step->data;

	return swap_on(job, job->priority, err);
}

static int run_off(const struct step *step, struct err *err)
{
	return swap_off(step->data, err);
}

void swap_use_text(int priority, int discard, char text[SWAP_USE_TEXT])
{
	static const char *const words[] = {
		[host_swap_discard_once] = ", discard once",
		[host_swap_discard_pages] = ", discard pages",
		[host_swap_discard_all] = ", discard all",
	};
	const char *word = discard > 0 ? words[discard] : "";

	if (priority < 0)
		snprintf(text, SWAP_USE_TEXT, "any priority%s", word);
	else
		snprintf(text, SWAP_USE_TEXT, "priority %d%s", priority, word);
}

struct swap_job swap_job_of_zram(const struct swap_job *job, const struct swap_seen *seen)
{
	struct swap_job old = *job;

	old.size = seen->size;
	old.limit = seen->limit;
	old.priority = seen->active ? seen->priority : job->priority;
	memcpy(old.algorithm, seen->algorithm, sizeof(old.algorithm));
	return old;
}

/* As it was in use before. */
static struct swap_job job_before(const struct swap_job *job)
{
	struct swap_job old = *job;

	old.priority = job->old_priority;
	old.discard = job->old_discard;
	return old;
}

static int run_on_as_before(const struct step *step, struct err *err)
{
	const struct swap_job old = job_before(step->data);

	return swap_on(&old, old.priority, err);
}

/* The kernel has no other way to change a priority. */
static int change(const struct swap_job *from, const struct swap_job *to, struct err *err)
{
	int result = swap_off(from, err);

	if (result)
		return result;
	result = swap_on(to, to->priority, err);
	if (result)
		swap_on(from, from->priority, NULL);
	return result;
}

static int run_change(const struct step *step, struct err *err)
{
	const struct swap_job old = job_before(step->data);

	return change(&old, step->data, err);
}

static int undo_change(const struct step *step, struct err *err)
{
	const struct swap_job old = job_before(step->data);

	return change(step->data, &old, err);
}

static int run_make_file(const struct step *step, struct err *err)
{
	return swap_file_make(step->data, err);
}

static int run_remove_file(const struct step *step, struct err *err)
{
	return swap_file_remove(step->data, err);
}

/* The file that was there before, as far as it matters to swap. */
static int undo_new_file(const struct step *step, struct err *err)
{
	struct swap_job job = *(const struct swap_job *)step->data;

	job.size = job.old_size;
	return swap_file_make(&job, err);
}

static int run_remove_rest(const struct step *step, struct err *err)
{
	return swap_file_remove_rest(step->data, err);
}

static int run_format(const struct step *step, struct err *err)
{
	return swap_format(step->data, err);
}

/* The signature's place is the end of the first page; nothing was there before. */
static int undo_format(const struct step *step, struct err *err)
{
	static const char zeros[10];
	const struct swap_job *job = step->data;
	_cleanup_close_ int fd =
		file_open_in_root(job->root_fd, job->path, O_WRONLY, err);
	off_t place = (off_t)sysconf(_SC_PAGESIZE) - (off_t)sizeof(zeros);

	if (fd < 0)
		return fd;
	if (pwrite(fd, zeros, sizeof(zeros), place) != (ssize_t)sizeof(zeros))
		return err_sys(err, errno, "clearing %s", job->path);
	return 0;
}

static int set_mode(const struct swap_job *job, mode_t mode, struct err *err)
{
	_cleanup_close_ int fd =
		file_open_in_root(job->root_fd, job->path, O_RDONLY, err);

	if (fd < 0)
		return fd;
	return fchmod(fd, mode) < 0 ? err_sys(err, errno, "closing it to others") : 0;
}

static int run_mode(const struct step *step, struct err *err)
{
	return set_mode(step->data, 0600, err);
}

static int undo_mode(const struct step *step, struct err *err)
{
	const struct swap_job *job = step->data;

	return set_mode(job, job->mode, err);
}

static int run_zram(const struct step *step, struct err *err)
{
	struct swap_job *job = step->data;
	int result = swap_zram_make(job, err);

	if (result)
		return result;
	result = swap_on(job, job->priority, err);
	if (result)
		swap_zram_remove(job, NULL);
	return result;
}

static int run_no_zram(const struct step *step, struct err *err)
{
	const struct swap_job *job = step->data;
	int result = swap_off(job, err);

	/* One that is not in use is what shall be. */
	if (result == -EINVAL) {
		err_clear(err);
		result = 0;
	}
	return result ? result : swap_zram_remove(job, err);
}

static int run_no_blank(const struct step *step, struct err *err)
{
	return swap_zram_remove(step->data, err);
}

static const struct row {
	enum step_action action;
	const char *what; /* in front of the name */
	int (*run)(const struct step *step, struct err *err);
	int (*undo)(const struct step *step, struct err *err);
} rows[] = {
	[SWAP_STEP_CHANGE] = { STEP_CHANGE, "swap", run_change, undo_change },
	[SWAP_STEP_OFF] = { STEP_REMOVE, "swap", run_off, run_on_as_before },
	[SWAP_STEP_ON] = { STEP_ADD, "swap", run_on, run_off },
	[SWAP_STEP_FILE] = { STEP_ADD, "swap file", run_make_file, run_remove_file },
	[SWAP_STEP_NEW_FILE] = { STEP_CHANGE, "swap file", run_make_file, undo_new_file },
	[SWAP_STEP_NO_FILE] = { STEP_REMOVE, "swap file", run_remove_file,
				run_make_file },
	[SWAP_STEP_NO_REST] = { STEP_REMOVE, "rest of an unfinished swap file",
				run_remove_rest, NULL },
	[SWAP_STEP_FORMAT] = { STEP_ADD, "swap space on", run_format, undo_format },
	[SWAP_STEP_MODE] = { STEP_CHANGE, "mode of", run_mode, undo_mode },
	[SWAP_STEP_ZRAM] = { STEP_ADD, "zram swap", run_zram, run_no_zram },
	[SWAP_STEP_NO_ZRAM] = { STEP_REMOVE, "zram swap", run_no_zram, run_zram },
	[SWAP_STEP_NO_BLANK] = { STEP_REMOVE, "rest of an unfinished zram device",
				 run_no_blank, NULL },
};

int swap_add_step(struct steps *steps, enum swap_step kind, const struct swap_job *job,
		  const char *before, const char *after, const char *origin,
		  struct err *err)
{
	const struct row *row = &rows[kind];
	struct swap_job *copy = malloc(sizeof(*copy));

	if (!copy)
		return err_sys(err, ENOMEM, "planning swap space");
	*copy = *job;
	steps_addf(steps,
		   &(struct step){ .part = swap_part.name,
				   .action = row->action,
				   .before = (char *)before,
				   .after = (char *)after,
				   .origin = (char *)origin,
				   .run = row->run,
				   .undo = row->undo,
				   .data = copy },
		   "%s %s", row->what, job->is_zram ? job->label : job->path);
	return 0;
}
