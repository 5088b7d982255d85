/* SPDX-License-Identifier: GPL-2.0-or-later */
/* job.h: several child programs at once, each with a deadline of its own. */
#ifndef BEDPLATE_BEDPLATE_JOB_H
#define BEDPLATE_BEDPLATE_JOB_H

#include <stddef.h>

#include "lib/err.h"

struct job {
	const char *const *argv; /* as process.h has it */
	int timeout_ms;
	/* results */
	char *output, *errors; /* heap texts; NULL: there was no memory */
	size_t output_length;
	int status; /* exit status; -1: it did not come to an end, or a signal ended it */
	struct err
		why; /* of what is not 0; its code is -ENOENT where there is no such program */
};

/* Runs them all and returns when the last has ended or met its deadline. What fails is told in
 * the jobs. A signal (lib/interrupt.h) ends them all. The texts are to be released. */
void jobs_run(struct job *jobs, size_t count);
void job_release(struct job *job);

#endif
