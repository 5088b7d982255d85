/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h: what bedplate boot remembers: /var/lib/bedplate/boot.json.
 *
 *	{
 *	  "version": 1,
 *	  "good": [ { "image": ID, "kernel": VERSION, "when": TIME }, ... ],  the latest first
 *	  "trial": { "image": ID, "kernel": VERSION, "since": TIME,
 *	             "failed": TIME },          where another image was good in the meantime
 *	  "written": { "etc/kernel/cmdline": DIGEST, ... }
 *	}
 *
 * Images are known by their ids (lib/record.h).
 */
#ifndef BEDPLATE_BOOT_STATE_H
#define BEDPLATE_BOOT_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/boot_mark.h"
#include "lib/err.h"

#define STATE_PATH BOOT_STATE_PATH

struct state {
	json_t *json;
};

/* Reads it below the root. A file that is not there, or is none, is an empty state. */
int state_read(struct state *state, int root_fd, struct err *err);
void state_release(struct state *state);

/* The file's text, on the heap; NULL without memory. */
char *state_text(const struct state *state);

/* Nothing is remembered. */
bool state_is_empty(const struct state *state);

bool state_is_good(const struct state *state, const char *image);
/* The image marked good most recently among those that `exists` says are there; NULL. */
const char *state_last_good(const struct state *state,
			    bool (*exists)(const char *image, const void *data),
			    const void *data);
void state_set_good(struct state *state, const char *image, const char *kernel);

/* The image that is on trial, or NULL; whether it did not come up. */
const char *state_trial(const struct state *state, bool *failed);
void state_begin_trial(struct state *state, const char *image, const char *kernel);
void state_fail_trial(struct state *state);
void state_end_trial(struct state *state);

/* Whether a file of somebody else's is what was last written to it: > 0; < 0 it is not; 0
 * nothing was. */
int state_was_written(const struct state *state, const char *path, const char *text);
void state_set_written(struct state *state, const char *path, const char *text);

#endif
