/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial_private.h: what the files of a trial share. */
#ifndef BEDPLATE_MKINITRAMFS_TRIAL_PRIVATE_H
#define BEDPLATE_MKINITRAMFS_TRIAL_PRIVATE_H

#include "mkinitramfs/trial.h"

/* A stream of bytes being cut into lines. */
struct trial_stream {
	char line[TRIAL_LINE];
	size_t length;
};

/* Cuts bytes into lines without control characters, and calls `found` for each. What is
 * longer than TRIAL_LINE is cut off. */
void trial_feed(struct trial_stream *stream, const char *data, size_t size,
		void (*found)(void *context, const char *line), void *context);

/* Takes one line of the console, of the report port, of QEMU's own. True where it tells
 * of the hand-over. */
bool trial_take(struct trial_result *result, const char *line, const char *token,
		bool console);

#endif
