/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outcome.h: what has come of each part, for `up --keep-going`: one that fails takes those with
 * it that need it, and no other.
 */
#ifndef BEDPLATE_HOST_PREP_OUTCOME_H
#define BEDPLATE_HOST_PREP_OUTCOME_H

#include "host-prep/part.h"

enum { OUTCOMES_MAX = 24 };

struct outcome {
	const struct part *part;
	size_t first, end; /* its steps; none where it could not be planned */
	bool failed;       /* `why` says why */
	const char *lacks; /* the part that failed and that it needs; NULL */
	struct err why;
};

struct outcomes {
	struct outcome items[OUTCOMES_MAX];
	size_t count; /* in the order in which they are done */
};

/* Adds one. There is room for all of host_parts. */
struct outcome *outcomes_add(struct outcomes *outcomes, const struct part *part);

/* The name of the first part that this one needs and that has failed or lacks one itself; NULL
 * where nothing stands in its way. What was not asked for does not count. Pure. */
const char *outcomes_lack(const struct outcomes *outcomes, const struct part *part);

/* The first that could not be planned because of a mistake in a file; else, the first that
 * failed; NULL. Pure. */
const struct outcome *outcomes_find_failed(const struct outcomes *outcomes);

/* Takes out those of the group. */
void outcomes_drop_group(struct outcomes *outcomes, const char *group);

/* Logs why each part failed and what each that is left out lacks; `err` then has the sum of it.
 * `names` has what else failed, told already, and `code` of it: 0 for nothing. 0 where none
 * failed, else a negative errno. */
int outcomes_tell(const struct outcomes *outcomes, struct strbuf *names, int code,
		  struct err *err);

#endif
