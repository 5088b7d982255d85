/* SPDX-License-Identifier: GPL-2.0-or-later */
/* relay.h: a terminal, or whatever the standard input and output are, and a socket. */
#ifndef BEDPLATE_QEMU_LAUNCH_RELAY_H
#define BEDPLATE_QEMU_LAUNCH_RELAY_H

#include <stdbool.h>

#include "lib/err.h"

enum { RELAY_ESCAPE = 0x1d /* Ctrl-] */ };

/* Carries bytes both ways until the socket ends, or RELAY_ESCAPE is typed at a terminal. The
 * end of an input that is no terminal is handed on (half of the connection is closed), and
 * the answers still come. A terminal is `raw` where each key is the other end's. */
int relay(int socket_fd, bool raw, struct err *err);

#endif
