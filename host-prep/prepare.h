/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prepare.h: one run of plan, up, down or status: what it has read, and what it is going to do. */
#ifndef BEDPLATE_HOST_PREP_PREPARE_H
#define BEDPLATE_HOST_PREP_PREPARE_H

#include "host-prep/args.h"
#include "host-prep/outcome.h"
#include "host-prep/want_all.h"
#include "lib/settings.h"

struct prepare {
	int root_fd, lock_fd;
	struct settings settings;
	json_t *before, *after; /* the journal */
	struct steps steps;
	struct outcomes outcomes;
	struct want_all *networks;
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

/* Does the steps of the parts whose turn it is, each part by itself: one that fails is undone,
 * and those that need it are left out. */
void prepare_do_parts(struct prepare *prepare);

#endif
