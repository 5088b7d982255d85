/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process.h: child programs: argument vectors, a deadline, captured output. */
#ifndef BEDPLATE_LIB_PROCESS_H
#define BEDPLATE_LIB_PROCESS_H

#include <signal.h>

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
	/* Where this becomes true it is killed as past the deadline, within a second (lib/interrupt.h); NULL */
	const volatile sig_atomic_t *stop;
	int held_fd; /* a lock that it shares, and so holds until it has ended, whatever becomes
			of us: flock(2); 0: none */
	const char
		*package; /* that has the program: the hint where there is none; NULL */
	/* results */
	int status; /* as waitpid(2) gives it */
};

/* Runs a program to its end. 0 when it exited with 0; -ETIMEDOUT past the deadline, -EINTR when stopped;
 * -ECHILD on another exit status or a signal (the message has it and the last line of
 * `errors`); other codes when it could not be started. */
int process_run(struct process *process, struct err *err);

/* The same for a program whose words only tell why it failed: where `output` or `errors` is
 * NULL, it is kept for the message instead of being the caller's. */
int process_run_quiet(struct process *process, struct err *err);

#endif
