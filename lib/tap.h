/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tap.h: persistent taps, which are made through /dev/net/tun and not through netlink (kernel
 * Documentation/networking/tuntap.rst). */
#ifndef BEDPLATE_LIB_TAP_H
#define BEDPLATE_LIB_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

struct tap {
	int64_t owner, group; /* uid and gid that may open it; -1: only root */
	bool multi_queue;     /* cannot be changed: another value makes the tap anew */
	bool vnet_header;     /* QEMU sets it as it likes: not compared while in use */
};

/* Makes a tap with its owner, group, queues and header. -EBUSY where a link of this name is
 * there. */
int tap_make(const char *name, const struct tap *tap, int root_fd, struct err *err);

/* Gives a tap that is there another owner, group or header. -EBUSY while a guest has it. */
int tap_change(const char *name, const struct tap *tap, int root_fd, struct err *err);

/* Gives /dev/tapINDEX, through which a macvtap is opened, to its owner and group. Nothing
 * to do where it has none. */
int tap_own_node(const struct tap *tap, int index, int root_fd, struct err *err);

#endif
