/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prepare.h: one run of plan, up, down or status: what it has read, and what it is going to do. */
#ifndef BEDPLATE_HOST_PREP_PREPARE_H
#define BEDPLATE_HOST_PREP_PREPARE_H

#include "host-prep/args.h"
#include "host-prep/left_out.h"
#include "host-prep/outcome.h"
#include "host-prep/want_all.h"
#include "lib/settings.h"

struct prepare {
	int root_fd, lock_fd;
	struct settings settings;
	/* The journal as it was read, as it is while steps are done (NULL: none are yet), and as
	 * it will be. */
	json_t *before, *meanwhile, *after;
	struct steps steps;
	struct outcomes outcomes;
	struct want_all *networks;
	struct left_out left_out;
	bool only_networks; /* what is planned: the parts of that group */
	json_t *tried;      /* steps of plans before this one; NULL: none were done */
	struct strbuf notes;
	struct strbuf missing; /* a line for each thing that may still come */
};

/* Reads the configuration and the journal; `locked` where something will be changed. To be
 * released on failure, too. */
int prepare_open(struct prepare *prepare, const struct args *args, bool locked,
		 struct err *err);
void prepare_release(struct prepare *prepare);

/* -EINVAL, a mistake, where a part is asked for that there is not. */
int prepare_check_parts(const struct args *args, struct err *err);

/* Plans every part that is asked for. The steps and the section of the journal of those that
 * cannot be planned are as before; with `args->keep_going` that is no failure, unless a
 * file has a mistake. */
int prepare_plan(struct prepare *prepare, const struct args *args, bool down,
		 struct err *err);

/* What up and down have done, as JSON: the steps with what has come of each, the notes, and where
 * it failed the error. */
json_t *prepare_report(const struct prepare *prepare, const struct err *failed);

/* {"message": ..., "hint": ...} */
json_t *prepare_error_json(const struct err *err);

/* A text's lines as a list. */
json_t *prepare_json_lines(const char *text);

/* What both journals tell of: whatever of the steps is done when this ends, `down` has to know
 * about it. NULL without memory; the caller drops the reference. */
json_t *prepare_meanwhile(const struct prepare *prepare);

/* Plans once more, from the journal as it stands. */
void prepare_plan_again(struct prepare *prepare, const struct args *args);

/* Of the parts whose steps were done; `meanwhile` is the journal as it stands there. */
int prepare_settle(struct prepare *prepare, struct err *err);

/* For --keep-going: which networks may be left out, as it is after the first plan. */
void prepare_find_networks(struct prepare *prepare);

/* For --keep-going, where a part of the networks could not be planned: leaves out the networks
 * that are to blame, and plans again. */
void prepare_leave_out(struct prepare *prepare, const struct args *args);

/* The same where one could not be done: the networks come up one by one, and what was begun of
 * those that do not is taken back. */
int prepare_one_by_one(struct prepare *prepare, const struct args *args, struct err *err);

/* Does the steps of the parts whose turn it is, each part by itself: one that fails is undone,
 * and those that need it are left out. */
void prepare_do_parts(struct prepare *prepare);

#endif
