/* SPDX-License-Identifier: GPL-2.0-or-later */
/* job.c: a thread for each child program, which waits for it. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "bedplate/job.h"
#include "lib/cleanup.h"
#include "lib/interrupt.h"
#include "lib/process.h"
#include "lib/strbuf.h"

/* What a program may say at most: the rest is cut off by its strbuf. */
enum { JOB_OUTPUT_MAX = 32 << 20, JOB_ERRORS_MAX = 64 << 10 };

/* A text that was cut off is better than none. Half a line may mislead. */
static char *take(struct strbuf *text, size_t *length)
{
	const char *end = memrchr(text->text, '\n', text->length);

	strbuf_truncate(text, !text->overflow ? text->length
			      : end           ? (size_t)(end + 1 - text->text)
					      : 0);
	if (length)
		*length = text->length;
	return strbuf_steal(text);
}

static void *run_one(void *data)
{
	struct job *job = data;
	_cleanup_strbuf_ struct strbuf output, errors;
	struct process process = { .argv = job->argv,
				   .output = &output,
				   .errors = &errors,
				   .timeout_ms = job->timeout_ms,
				   .stop = &interrupted };
	int result;

	strbuf_init(&output, JOB_OUTPUT_MAX);
	strbuf_init(&errors, JOB_ERRORS_MAX);
	job->why = (struct err)ERR_INIT;
	job->status = -1;
	result = process_run(&process, &job->why);
	if ((!result || result == -ECHILD) && WIFEXITED(process.status))
		job->status = WEXITSTATUS(process.status);
	job->output = take(&output, &job->output_length);
	job->errors = take(&errors, NULL);
	return NULL;
}

void jobs_run(struct job *jobs, size_t count)
{
	_cleanup_free_ pthread_t *threads = calloc(count, sizeof(*threads));
	_cleanup_free_ bool *started = calloc(count, sizeof(*started));
	struct sigaction pipe;

	/* Each process_run gives SIGPIPE back as it was; together they would not. */
	sigaction(SIGPIPE, NULL, &pipe);
	for (size_t i = 0; i < count; i++) {
		if (threads && started)
			started[i] =
				!pthread_create(&threads[i], NULL, run_one, &jobs[i]);
		if (!started || !started[i])
			run_one(&jobs[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (started && started[i])
			pthread_join(threads[i], NULL);
	}
	sigaction(SIGPIPE, &pipe, NULL);
}

void job_release(struct job *job)
{
	free(job->output);
	free(job->errors);
	job->output = job->errors = NULL;
}
