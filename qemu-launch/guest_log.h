/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_log.h: a guest's logs below /var/log/bedplate/guests, which are bounded: one of more than
 * a megabyte is set aside when it is opened, one that grows beyond four is cut.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_GUEST_LOG_H
#define BEDPLATE_QEMU_LAUNCH_GUEST_LOG_H

#include <stdbool.h>

#include "lib/err.h"

enum guest_log {
	GUEST_LOG_QEMU,       /* NAME.log */
	GUEST_LOG_SUPERVISOR, /* NAME.run.log: of one that nobody else hears */
};

/* Opens it to read and to append, with its folder. Returns a descriptor. */
int guest_log_open(int root_fd, const char *guest, enum guest_log which, struct err *err);

/* Cuts it where it has grown too large: its end is copied, and it begins anew for whoever has
 * it open. True where it was cut. */
bool guest_log_trim(int root_fd, const char *guest, enum guest_log which, int fd);

/* Whether a descriptor is of this log. */
bool guest_log_is(int root_fd, const char *guest, enum guest_log which, int fd);

#endif
