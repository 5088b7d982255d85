/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_jobs.h: jobs in words: the plan, how each goes, how all went. */
#ifndef BEDPLATE_QEMU_LAUNCH_SHOW_JOBS_H
#define BEDPLATE_QEMU_LAUNCH_SHOW_JOBS_H

#include "qemu-launch/jobs.h"

/* What states are called. */
struct show_words {
	const char *works, *done, *failed, *left_out;
};

extern const struct show_words show_start_words, show_stop_words;

/* Says a job's state in a line. */
void show_job(const struct jobs *jobs, size_t guest, const struct show_words *words);

/* Says as an error why a job has failed, and nothing otherwise: for jobs' `tell`. */
void show_failure(const struct jobs *jobs, size_t guest);

/* Prints those that are to begin, in the order and with whom each waits for; as text `nobody`
 * where there are none. Changes jobs' states. */
int show_plan(struct jobs *jobs, bool json, const char *nobody, struct err *err);

/* Prints as JSON how each went. */
int show_results(const struct jobs *jobs, const struct show_words *words,
		 struct err *err);

#endif
