/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.h: /run/bedplate/host-prep.json: what was made here and what stood there before,
 * one object a part (part.h). It is written before anything is done, so that `down` knows
 * after a crash, too, and is gone with the next boot, as all that it tells of is.
 */
#ifndef BEDPLATE_HOST_PREP_JOURNAL_H
#define BEDPLATE_HOST_PREP_JOURNAL_H

#include <jansson.h>

#include "lib/err.h"

/* Reads it; one that is not there is empty. The caller drops the reference. -EBADMSG where
 * the file is no journal of this version. */
int journal_read(json_t **journal, int root_fd, struct err *err);

/* Replaces it, mode 0600; one without a part that has something in it is removed. */
int journal_write(const json_t *journal, int root_fd, struct err *err);

/* A part's object, made where there is none; the journal's own. */
json_t *journal_section(json_t *journal, const char *name);

/* Adds to a section what it has not got any more of what it had before, in objects within it,
 * too. */
void journal_keep(json_t *section, const json_t *before);

/* Keeps every other bedplate host-prep out for as long as the returned descriptor is open.
 * -EBUSY where one is at work. */
int journal_lock(int root_fd, struct err *err);

#endif
