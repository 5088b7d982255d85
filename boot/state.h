/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h: what bedplate boot remembers: /var/lib/bedplate/boot.json.
 *
 *	{
 *	  "version": 1,
 *	  "good": [ { "image": ID, "kernel": VERSION, "kernel_id": ID, "cmdline": LINE,
 *	              "when": TIME, "boot": ID }, ... ],                     the latest first
 *	  "trial": { "image": ID, "kernel": VERSION, "kernel_id": ID, "cmdline": LINE,
 *	             "since": TIME, "boot": ID,
 *	             "failed": TIME },          where another boot was good in the meantime
 *	  "line": LINE,                          what apply brought in last; null: not ours
 *	  "written": { "etc/kernel/cmdline": DIGEST, ... },
 *	  "efi_id": ID      our folder's name on the EFI system partition, without a machine-id
 *	}
 *
 * Images are known by their ids (lib/record.h), kernels by the CRC-64 of their file in the
 * same form. "boot" is the kernel's boot_id (random(4)) of the boot that was last marked as such, and
 * of the one in which the trial was begun; it is left out where it is not known. A line is the
 * kernel's command line as the loader's entries were given it; there is no "cmdline" where it is
 * not known or, of a trial, not ours.
 * While files of others are being written, they have [ NEW, BEFORE ] as their digests, and
 * "theirs" behind that if it was not from here what was there before.
 */
#ifndef BEDPLATE_BOOT_STATE_H
#define BEDPLATE_BOOT_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/boot_mark.h"
#include "lib/digest.h"
#include "lib/err.h"

#define STATE_PATH BOOT_STATE_PATH

enum { BOOT_ID_SIZE = 36 + 1 };

struct state {
	json_t *json;
	char boot[BOOT_ID_SIZE]; /* the id of this boot; "" where it is not known */
};

/* The whole of what is booted. The texts belong to somebody else. */
struct booted {
	const char *image;     /* its id; "" where it has none */
	const char *version;   /* of the kernel */
	const char *kernel_id; /* of the kernel's file; NULL or "": not known */
	const char
		*cmdline; /* NULL: not known, or not ours to say; "": it had no words */
};

/* Reads it below the root. A file that is not there, or is none, is an empty state. */
int state_read(struct state *state, int root_fd, struct err *err);
void state_release(struct state *state);

/* The file's text, on the heap; NULL without memory. */
char *state_text(const struct state *state);

/* Nothing is remembered. */
bool state_is_empty(const struct state *state);

/* The boot that was marked as good last (0), the one before (1) ...; false where there are not so
 * many. The texts are the state's, up to the next change of it. */
bool state_good(const struct state *state, size_t index, struct booted *good);

/* The kernel_id that such a boot was marked as good with since the machine was started; NULL where
 * it was not. The kernel's file may have been replaced since. */
const char *state_good_kernel_now(const struct state *state, const struct booted *booted);

/* Whether such a boot was good. What is not known, here or there (the file of an older version),
 * is no difference. */
bool state_is_good(const struct state *state, const struct booted *booted);

/* Whether two are the same boot in this sense. */
bool booted_is(const struct booted *remembered, const struct booted *booted);

/* Whether some good boot had this line, or lines were not remembered yet; "" always. */
bool state_has_proven(const struct state *state, const char *cmdline);

/* A short name for all of it, by CRC-64. */
void booted_key(const struct booted *booted, char key[DIGEST_TEXT_SIZE]);

/* The line of the last good boot of which it is known; NULL where none is. */
const char *state_good_line(const struct state *state);

/* Of the trial's line, those of good boots and `present` (NULL: none) the one that the running
 * kernel was started with: the longest whose words stand one behind the other in `running`,
 * the content of /proc/cmdline; "" where none does. */
const char *state_running_line(const struct state *state, const char *present,
			       const char *running);

/* Whether a good boot has a line without root=: its boot loader gave that by itself. Others do not,
 * so the words `root` are put in front of such lines; NULL: they are not known any more. */
bool state_lacks_root(const struct state *state);
void state_add_root(struct state *state, const char *root);

/* The command line that apply brought in last; NULL where it was not ours. False where it is not
 * known, or never was ours. */
bool state_applied_line(const struct state *state, const char **line);
void state_set_applied_line(struct state *state, const char *line);

void state_set_good(struct state *state, const struct booted *booted);

/* What is on trial, and whether it did not come up; false where nothing is. */
bool state_trial(const struct state *state, struct booted *trial, bool *failed);
/* Whether the trial was begun since the machine was started: this boot says nothing about it. */
bool state_trial_is_of_now(const struct state *state);
/* Whether this is what is on trial. */
bool state_trial_is(const struct state *state, const struct booted *booted, bool *failed);
void state_begin_trial(struct state *state, const struct booted *booted);
void state_fail_trial(struct state *state);
void state_end_trial(struct state *state);

/* This installation's id where it has no machine-id; NULL: it was given none. */
const char *state_efi_id(const struct state *state);
void state_set_efi_id(struct state *state, const char *id);

/* Whether a file of somebody else's is what was last written to it: > 0; < 0 it is not; 0
 * nothing was. */
int state_was_written(const struct state *state, const char *path, const char *text);
void state_set_written(struct state *state, const char *path, const char *text);

/* The same while the file is being written: both contents are taken for what was written.
 * `before` is what it has now (NULL: it is not there); `ours` false: not from here. */
void state_set_writing(struct state *state, const char *path, const char *before,
		       const char *after, bool ours);

#endif
