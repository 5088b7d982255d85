/* SPDX-License-Identifier: GPL-2.0-or-later */
/* relay.c: carries bytes between a terminal and a socket. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/interrupt.h"
#include "qemu-launch/relay.h"

enum { CHUNK = 4096 };

static bool make_raw(struct termios *before)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, before) < 0)
		return false;
	raw = *before;
	cfmakeraw(&raw);
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) == 0;
}

/* 1: goes on; 0: the end; -errno. */
static int carry(int from, int to, bool watch_escape)
{
	char chunk[CHUNK];
	ssize_t got = read(from, chunk, sizeof(chunk));
	char *escape;
	int result;

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : -errno;
	escape = watch_escape ? memchr(chunk, RELAY_ESCAPE, (size_t)got) : NULL;
	result = file_write_all(to, chunk,
				escape ? (size_t)(escape - chunk) : (size_t)got);
	if (result)
		return result;
	return got > 0 && !escape;
}

static int serve(int socket_fd, bool is_terminal)
{
	struct pollfd polled[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				   { .fd = socket_fd, .events = POLLIN } };
	int result = 1;

	while (result > 0 && !interrupted) {
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (polled[1].revents)
			result = carry(socket_fd, STDOUT_FILENO, false);
		if (result <= 0 || !polled[0].revents)
			continue;
		result = carry(STDIN_FILENO, socket_fd, is_terminal);
		if (result == 0 && !is_terminal) {
			shutdown(socket_fd, SHUT_WR);
			polled[0].fd = -1;
			result = 1;
		}
	}
	return result < 0 ? result : 0;
}

void relay_begin(struct relay *relay, bool raw)
{
	relay->is_terminal = isatty(STDIN_FILENO);
	relay->is_raw = relay->is_terminal && raw && make_raw(&relay->before);
}

void relay_end(struct relay *relay)
{
	if (relay->is_raw)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &relay->before);
	relay->is_raw = false;
}

int relay_run(const struct relay *relay, int socket_fd, struct err *err)
{
	int result = serve(socket_fd, relay->is_terminal);

	/* Who closes first is no failure. */
	if (result == -EPIPE || result == -ECONNRESET)
		result = 0;
	return result ? err_sys(err, -result, "between the terminal and the guest") : 0;
}
