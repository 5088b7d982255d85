/* SPDX-License-Identifier: GPL-2.0-or-later */
/* detach.h: processes of ours that outlive the command, the terminal and the session. */
#ifndef BEDPLATE_HOST_PREP_DETACH_H
#define BEDPLATE_HOST_PREP_DETACH_H

#include <stddef.h>

#include "lib/err.h"

/* Leaves a process behind that does `work` and ends: a session of its own, out of the control
 * group, with / as its directory and nothing open but these descriptors (a lock that was
 * inherited would be held to the end). What it says goes to the kernel's log. It has a copy
 * of all memory; `data` may be on the caller's stack. */
int detach(int root_fd, const int *keep, size_t count, void (*work)(void *data),
	   void *data, struct err *err);

#endif
