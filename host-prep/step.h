/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * step.h: what a plan is made of: one change of the host, for all parts of host-prep.
 *
 * A part compares what it has read with what is wanted and adds its steps in the order in
 * which they are to be done. `plan` prints them and nothing else; `up` and `down` do them.
 * A part whose steps are done one by one gives each a run and an undo; one that does them
 * together (the network's, in batches) leaves these NULL and has a function of its own.
 */
#ifndef BEDPLATE_HOST_PREP_STEP_H
#define BEDPLATE_HOST_PREP_STEP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/strbuf.h"

enum step_action { STEP_ADD, STEP_CHANGE, STEP_REMOVE };

/* What has come of it. */
enum step_state { STEP_NOT_DONE, STEP_DONE, STEP_FAILED, STEP_UNDONE, STEP_REMAINS };

struct step {
	const char *part; /* "links": a constant */
	enum step_action action;
	char *what;   /* "bridge br0", "address 10.0.0.1/24 on br0" */
	char *before; /* of a change or a removal; "" where there is nothing to say */
	char *after;  /* of an addition or a change; "" */
	char *origin; /* "network/lan.conf:3" of what asks for it; "" */
	/* Both may be NULL. undo is called only after run has done its work (but see
	 * step_go_back); what stood there before is in `data`. */
	int (*run)(const struct step *step, struct err *err);
	int (*undo)(const struct step *step, struct err *err);
	enum step_state state; /* set by steps_run; REMAINS: it could not be undone */
	bool names_itself; /* run's failure says what it is about: it does more than this */
	void *data; /* the part's; freed with release_data, or free(3) where that is NULL */
	void (*release_data)(void *data);
};

struct steps {
	struct step *items;
	size_t count, size;
	bool overflow; /* memory ran out while one was added */
	bool remains;  /* one that was done could not be undone */
};

#define STEPS_INIT            \
	{                     \
		.items = NULL \
	}

void steps_release(struct steps *steps);
#define _cleanup_steps_ __attribute__((cleanup(steps_release)))

/* Adds a step; texts are copied (NULL is ""), `data` is taken over. Returns the step, good
 * until the next is added. Without memory it sets `overflow`, releases the data and returns
 * a scratch value. */
struct step *steps_add(struct steps *steps, const struct step *step);

/* steps_add with `what` written by a format. */
struct step *steps_addf(struct steps *steps, const struct step *step, const char *fmt,
			...) __attribute__((format(printf, 3, 4)));

/* -ENOMEM where `overflow` is set. */
int steps_check_memory(const struct steps *steps, struct err *err);

/* Does steps from `first` on, before `end`, that have a run, in order; where one fails those
 * done are undone, last first, and the failure is wrapped with the step's text and origin.
 * A signal that asks the program to stop counts as a failure of the next.
 * What cannot be undone is logged, and `remains` is set then. A run that does other steps, too, may
 * have marked the one of them that failed. */
int steps_run(struct steps *steps, size_t first, size_t end, struct err *err);

/* Undoes a step, and logs where that fails: false. Also for a run that has failed half way. */
bool step_go_back(const struct step *step);

/* Takes the steps from `count` on out again. */
void steps_truncate(struct steps *steps, size_t count);

/* Puts "origin: what" in front of a failure of this step. Returns its code. */
int step_wrap(const struct step *step, struct err *err);

/* The line of one step, with single blanks and without its newline. */
void step_write_line(const struct step *step, struct strbuf *out);

/* One line a step, with its newline:
 *	+ bridge br0: mtu 1500                  # network/lan.conf:1
 *	~ link eth0: master none -> br0         # network/lan.conf:4
 *	- address 10.0.0.2/24 on eth0
 */
void steps_write_text(const struct steps *steps, struct strbuf *out);

/* [{"part": "links", "action": "add", "what": ..., "before": ..., "after": ...,
 *   "origin": ...}, ...] */
json_t *steps_to_json(const struct steps *steps);

/* Adds the same to a list, with "state": not-done, done, failed, undone or remains. Without `all`,
 * no step that is not done yet. */
void steps_report(const struct steps *steps, bool all, json_t *list);

#endif
