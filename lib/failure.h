/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * failure.h: what is kept of an update that failed, beside the image that it was to replace:
 * a JSON file, IMAGE.failure, that is there until an update goes well.
 *
 *	{
 *	  "version": 1,                     of this format
 *	  "kernel": "6.1.0-18-amd64",
 *	  "when": "2026-05-04T10:20:30Z",
 *	  "reason": "...",
 *	  "verified": { ... }               what the verification said, where it came so far
 *	}
 */
#ifndef BEDPLATE_LIB_FAILURE_H
#define BEDPLATE_LIB_FAILURE_H

#include "lib/place.h"

#define FAILURE_SUFFIX ".failure"

struct failure {
	const char *kernel, *reason;
	json_t *verified; /* borrowed; NULL */
};

/* Keeps it. That this fails in turn (a full disk) is a warning. */
void failure_keep(const struct place *place, const char *image,
		  const struct failure *failure);

/* Removes what is kept. Whether there was anything. */
bool failure_forget(const struct place *place, const char *image);

/* What is kept, as a new reference; NULL where nothing is. */
json_t *failure_read(const struct place *place, const char *image);

#endif
