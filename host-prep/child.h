/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child.h: a program that runs as our child, whose last words are heard. */
#ifndef BEDPLATE_HOST_PREP_CHILD_H
#define BEDPLATE_HOST_PREP_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { CHILD_WORDS = 256 };

struct child {
	pid_t pid;  /* 0: there is none */
	int pid_fd; /* readable once it has ended (pidfd_open(2)) */
	int errors_fd; /* its standard error, where child_hear is due; -1: it has closed that */
	char said[CHILD_WORDS]; /* its last line */
	size_t said_length;
	bool said_end; /* of the line; the next begins anew */
};

#define CHILD_INIT                            \
	{                                     \
		.pid_fd = -1, .errors_fd = -1 \
	}

/* Starts it; signals are set back for it. 0, or -errno where it cannot be executed. */
int child_start(struct child *child, const char *const *argv);

/* Hears what it has said by now. */
void child_hear(struct child *child);

/* Takes leave of one that has ended: its status, as waitpid(2) has it. */
int child_reap(struct child *child);

/* Ends it by SIGTERM, or by SIGKILL where that takes longer. */
enum { CHILD_END_MS = 5000 };
void child_end(struct child *child);

/* "killed by signal 9", "status 2: " and its last line. */
void child_describe(const struct child *child, int status, char *text, size_t size);

#endif
