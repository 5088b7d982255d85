/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saved.h: /run/bedplate/host-prep.saved.json: the network as it was before `up --confirm`.
 *
 * How it works: the state is saved before anything is done, and a watchdog is left behind: a
 * process of its own session that outlives the terminal and the connection it came by. As
 * long as the file is there the change waits to be confirmed. Confirming takes the file
 * away, and the watchdog goes. At the deadline the watchdog brings the saved state back, and
 * the journal to what it was, and takes the file away. Where the watchdog was killed, or the
 * change itself was broken off, the file is still there, and `down --restore` does the same.
 *
 *	{ "version": 1, "net": { ... }, "made": ["br0"],     links, where they change
 *	  "parts": { "nat": ... },                            what other parts save (part.h)
 *	  "journal": { ... } }
 */
#ifndef BEDPLATE_HOST_PREP_SAVED_H
#define BEDPLATE_HOST_PREP_SAVED_H

#include <jansson.h>
#include <stdbool.h>

#include "host-prep/net.h"
#include "host-prep/step.h"
#include "lib/err.h"

/* Whether a change waits to be confirmed. */
bool saved_is_there(int root_fd);

/* Saves the state before the steps, with the journal as it is. */
int saved_write(const struct steps *steps, const json_t *journal, int root_fd,
		struct err *err);

/* The file's descriptor: the caller's to close. */
int saved_open(int root_fd, struct err *err);

/* Takes it away: the change is confirmed, or was undone. -ENOENT where nothing waits. */
int saved_remove(int root_fd, struct err *err);

/* Brings back what was saved. All is tried; the first failure is returned, and the file
 * stays then. `claim`: links that the change was to make and that have no alias count as
 * made by it (net_claim); not where that is known better. */
int saved_restore(int root_fd, bool claim, struct err *err);

/* Starts the watchdog. It holds none of the caller's descriptors but a copy of root_fd. */
int saved_watch(int root_fd, int seconds, struct err *err);

#endif
