/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * needs.h: whether those that a guest requires are ready.
 *
 * This stands in the way of a start however it was begun. systemd orders the units and starts what
 * is required (Wants=, After=), but its Requires= would do more than that: it would restart a
 * guest when the supervisor of one that it requires was started again, or stop it with that one.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_NEEDS_H
#define BEDPLATE_QEMU_LAUNCH_NEEDS_H

#include <stdbool.h>

#include "lib/guests.h"

/* 0, or -EAGAIN with the name of the first one that is not, and how it is instead. */
int needs_ready(const struct guest *guest, int root_fd, struct err *err);

/* Whether the guest runs and is ready. */
bool needs_is_ready(const char *guest, int root_fd);

#endif
