/* SPDX-License-Identifier: GPL-2.0-or-later */
/* patience.h: up --wait: how long, and for what. */
#ifndef BEDPLATE_HOST_PREP_PATIENCE_H
#define BEDPLATE_HOST_PREP_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "host-prep/prepare.h"
#include "host-prep/wait.h"

struct patience {
	struct waiter waiter;
	bool waited;
	int64_t begin_ms, tell_ms, end_ms;
	int64_t look_ms; /* how long at most until it is looked again */
	char *told;      /* what was missing when it was told */
};

/* Begins to hear of what comes, if --wait or --late is given. A span that is none is a
 * mistake. */
int patience_open(struct patience *patience, const struct args *args, struct err *err);

/* Waits until something has come, or a second, later on up to half a minute. 1 when it is to be
 * looked again, 0 where there is nothing to wait for any longer; or -errno. Others are not kept
 * out meanwhile: the lock is let go. */
int patience_wait(struct patience *patience, struct prepare *prepare, struct err *err);

void patience_release(struct patience *patience);
#define _cleanup_patience_ __attribute__((cleanup(patience_release)))

#endif
