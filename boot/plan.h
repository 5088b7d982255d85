/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h: what is to be done to boot loaders' files, as a list of steps.
 *
 * How it works: a step names the thing that it changes, with a text of how that is and of
 * how it will be, from which the diff is made. What is as it ought to be already gets no
 * step. Files are written aside, synced and renamed. Paths are below the root, without a
 * leading slash; a program's arguments are paths as it sees them from there.
 */
#ifndef BEDPLATE_BOOT_PLAN_H
#define BEDPLATE_BOOT_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "boot/state.h"
#include "lib/err.h"
#include "lib/strbuf.h"

enum step_kind { STEP_WRITE, STEP_REMOVE, STEP_COPY, STEP_RUN, STEP_GENERATE };

struct step {
	enum step_kind kind;
	char *what; /* what it changes, for people: "/etc/kernel/cmdline", "EFI variables" */
	char *reason;          /* "" where it is plain */
	char *before, *after;  /* for the diff; NULL: it is not there */
	char *path;            /* the file; NULL of STEP_RUN */
	char *source;          /* of STEP_COPY */
	mode_t mode;           /* of a file that is new */
	char **argv;           /* of STEP_RUN and STEP_GENERATE, ended by NULL */
	char **check;          /* of STEP_GENERATE: the new file's name is added; NULL */
	const char *hint;      /* what to do when it fails; NULL; static */
	const char *must_have; /* of STEP_GENERATE: a text that has to be in it; NULL */
};

struct plan {
	int root_fd;
	const char *root;    /* the root's path; NULL: the running system */
	bool force;          /* write over what somebody else has changed */
	struct state *state; /* knows which files of others were written */
	struct step *steps;
	size_t count;
	json_t *writing; /* { "written": ... } of files of others while it is done; or NULL */
	char *first;     /* STATE_PATH's content while it is done; NULL: as it is */
	struct strbuf notes; /* lines that plan and apply print besides */
};

/* The root is to be set by the caller. */
void plan_init(struct plan *plan, struct state *state, bool force);
void plan_release(struct plan *plan);
#define _cleanup_plan_ __attribute__((cleanup(plan_release)))

/* A file of ours that is to have this content, or with NULL is not to be there. */
int plan_file(struct plan *plan, const char *path, mode_t mode, const char *after,
	      const char *reason, struct err *err);

/* A file that others write, too. The content that it has the first time is kept as
 * PATH.bedplate-old. -EEXIST, with a hint, where it has been changed since it was last
 * written from here, unless the plan is to be forced. */
int plan_shared_file(struct plan *plan, const char *path, mode_t mode, const char *after,
		     const char *reason, struct err *err);

/* A shared file is given back: its content of before, or none. What somebody else has changed since
 * it was last written from here stays, with a note, unless the plan is to be forced. Nothing
 * where it was never written from here. */
int plan_restore(struct plan *plan, const char *path, mode_t mode, const char *reason,
		 struct err *err);

/* A file that is to have the content of another, whatever that is. */
int plan_copy(struct plan *plan, const char *source, const char *path, mode_t mode,
	      const char *reason, struct err *err);

/* Whether two files hold the same now: 1 or 0, or -errno where `a` cannot be read. A `b` that is
 * not there is like no other. */
int plan_is_same(const struct plan *plan, const char *a, const char *b, struct err *err);

/* A file of ours that is not to be there; its content, which need be no text, is not shown. */
int plan_remove(struct plan *plan, const char *path, const char *reason, struct err *err);

/* A program that brings something from `before` to `after`; words NAME=VALUE in front of it are for
 * its environment. Where these are the same nothing is
 * added. */
int plan_run(struct plan *plan, const char *const *argv, const char *what,
	     const char *before, const char *after, const char *reason, struct err *err);

/* A program whose output becomes a file, if `check` (a program to which the new file's name
 * is given; may be NULL) accepts it and `must_have` (may be NULL; static) is in it. */
int plan_generate(struct plan *plan, const char *const *argv, const char *const *check,
		  const char *must_have, const char *path, const char *before,
		  const char *after, const char *reason, struct err *err);

/* Adds a line that is printed with the plan. */
void plan_note(struct plan *plan, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* All steps as unified diffs. */
void plan_write(const struct plan *plan, struct strbuf *out);
/* One step of it. */
void plan_write_step(const struct step *step, struct strbuf *out);
json_t *plan_json(const struct plan *plan);

/* Does the steps in their order, to the first that fails. What is remembered of it (`first`) is
 * written before, so that a plan that was broken off is known for what it was. */
int plan_apply(const struct plan *plan, struct err *err);

/* Runs a program under the plan's root and takes in what it prints: to look, not to
 * change. */
int plan_ask(const struct plan *plan, const char *const *argv, struct strbuf *output,
	     struct err *err);

#endif
