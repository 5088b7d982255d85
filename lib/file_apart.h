/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file_apart.h: writes that may never come back. */
#ifndef BEDPLATE_LIB_FILE_APART_H
#define BEDPLATE_LIB_FILE_APART_H

#include "lib/err.h"

/* As file_write, in a child that is left to itself after the deadline: a driver that hangs
 * while it lets go of a device, or takes one, hangs whoever wrote, and not even SIGKILL ends
 * that. -ETIMEDOUT then; else what the write came to. */
int file_write_apart(int root_fd, const char *path, const char *text, int timeout_ms,
		     struct err *err);

/* As sync(2), in a child that is left to itself after the deadline: it waits for every disk,
 * and one that does not answer any more keeps it for ever. -ETIMEDOUT then. */
int file_sync_apart(int timeout_ms, struct err *err);

#endif
