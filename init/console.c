/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console.c: writes to consoles without waiting for ever. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "init/clock.h"
#include "init/console.h"
#include "lib/file.h"
#include "lib/log.h"

/* At 9600 baud the kernel's buffer of 4096 bytes gives room again after a quarter of a
 * second. */
enum { QUIET_US = 2000000 };

/* Whether the console has room again, or may be asked once more, by this time. */
static bool has_room(int fd, int64_t until_us)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	int64_t left_us = until_us - clock_us();

	/* One that hangs up says so at once, again and again. */
	return left_us > 0 && poll(&room, 1, (int)(left_us / 1000) + 1) != 0 &&
	       !(room.revents & (POLLERR | POLLHUP | POLLNVAL));
}

static bool write_text(int fd, const char *text)
{
	size_t left = strlen(text);
	int64_t until_us = clock_us() + QUIET_US;

	while (left) {
		ssize_t done = write(fd, text, left);

		if (done > 0) {
			text += done;
			left -= (size_t)done;
			until_us = clock_us() + QUIET_US;
		} else if (done < 0 && errno != EAGAIN && errno != EINTR) {
			return false;
		} else if (!has_room(fd, until_us)) {
			return false;
		}
	}
	return true;
}

static void write_console(const char *name, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (!write_text(fd, text)) {
		/* What it has not taken would be waited for by the close. */
		tcflush(fd, TCOFLUSH);
		log_warning("console %s takes no text", name);
	}
	close(fd);
}

void console_show(int root_fd, const char *text)
{
	char names[256], *rest = names, *name;

	if (file_read_line(root_fd, "sys/class/tty/console/active", names, sizeof(names),
			   NULL) < 0 ||
	    !names[0]) {
		write_console("console", text);
		return;
	}
	while ((name = strsep(&rest, " "))) {
		if (*name)
			write_console(name, text);
	}
}
