/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process.h: child programs: argument vectors, a deadline, captured output. */
#ifndef BEDPLATE_LIB_PROCESS_H
#define BEDPLATE_LIB_PROCESS_H

#include "lib/err.h"
#include "lib/strbuf.h"

struct process {
	const char *const *argv; /* argv[0] is looked for in $PATH when it has no slash */
	const char *const *envp; /* NULL: the caller's */
	const char *input;       /* text for its standard input; NULL: /dev/null */
	struct strbuf *output; /* its standard output is added here; NULL: the caller's */
	struct strbuf *errors; /* its standard error is added here; may be `output`; NULL:
				  the caller's */
	int timeout_ms; /* then it and its process group are killed; 0: no deadline */
	/* results */
	int status; /* as waitpid(2) gives it */
};

/* Runs a program to its end. 0 when it exited with 0; -ETIMEDOUT past the deadline;
 * -ECHILD on another exit status or a signal (the message has it and the last line of
 * `errors`); other codes when it could not be started. */
int process_run(struct process *process, struct err *err);

#endif
