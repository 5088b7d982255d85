/* SPDX-License-Identifier: GPL-2.0-or-later */
/* relay.h: a terminal, or whatever the standard input and output are, and a socket. */
#ifndef BEDPLATE_QEMU_LAUNCH_RELAY_H
#define BEDPLATE_QEMU_LAUNCH_RELAY_H

#include <stdbool.h>
#include <termios.h>

#include "lib/err.h"

enum { RELAY_ESCAPE = 0x1d /* Ctrl-] */ };

struct relay {
	struct termios before; /* of the terminal, while it is raw */
	bool is_terminal, is_raw;
};

#define RELAY_INIT               \
	{                        \
		.is_raw = false, \
	}

/* Looks whether the standard input is a terminal, and makes it `raw` (each key is the other end's)
 * where that is wanted, until relay_end. */
void relay_begin(struct relay *relay, bool raw);
void relay_end(struct relay *relay);
#define _cleanup_relay_ __attribute__((cleanup(relay_end)))

/* Carries bytes both ways until the socket ends, or RELAY_ESCAPE is typed at a terminal. The
 * end of an input that is no terminal is handed on (half of the connection is closed), and
 * the answers still come. */
int relay_run(const struct relay *relay, int socket_fd, struct err *err);

#endif
