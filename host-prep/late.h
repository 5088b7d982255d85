/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * late.h: /run/bedplate/host-prep.late: what the last `up` of all parts went on without, one
 * a line, for it was not there yet. As long as the file is there `up --late` waits for that.
 */
#ifndef BEDPLATE_HOST_PREP_LATE_H
#define BEDPLATE_HOST_PREP_LATE_H

#include <stdbool.h>

#include "lib/err.h"

/* Replaces the file; without any lines it is removed. */
int late_note(int root_fd, const char *missing, struct err *err);

/* Whether there is anything that is waited for. */
bool late_is_awaited(int root_fd);

#endif
