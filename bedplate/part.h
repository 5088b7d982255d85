/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part.h: what the sibling programs say as JSON. */
#ifndef BEDPLATE_BEDPLATE_PART_H
#define BEDPLATE_BEDPLATE_PART_H

#include <jansson.h>
#include <stddef.h>

#include "bedplate/job.h"
#include "bedplate/told.h"

enum { PART_WORDS_MAX = 6, PART_TIMEOUT_MS = 60000 };

struct part {
	const char *program;               /* "host-prep" */
	const char *words[PART_WORDS_MAX]; /* "check"; --json and --root are added */
	const char *title;                 /* what it looks at: "the boot loader" */
	const char *area;                  /* of findings about itself (told.h) */
	/* results */
	void (*read)(struct told_list *list,
		     const json_t *json); /* what of it are findings; NULL */
	struct job job;
	json_t *json; /* NULL: it said nothing that can be read */
};

/* Where a program is: BEDPLATE_EXEC_PATH, else the folder it was built for. A heap string. */
char *part_path(const char *program);

/* Runs them all at once, below `root` where that is not NULL. What fails is told in the parts.
 * -ENOMEM; -EINTR (lib/interrupt.h). Then, too, they are to be released. */
int parts_run(struct part *parts, size_t count, const char *root, struct err *err);
void parts_release(struct part *parts, size_t count);

/* What one of them says to `bedplate PROGRAM WORD --json`, which the caller gives back, whatever its
 * exit status: that may be a finding, told in it. NULL with a message where it says nothing that
 * can be read; the codes of parts_run. `err` is not NULL. */
json_t *part_ask(const char *program, const char *word, const char *root,
		 struct err *err);

#endif
