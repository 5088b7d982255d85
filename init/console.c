/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console.c: writes to consoles without waiting for ever. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "init/console.h"
#include "lib/file.h"
#include "lib/log.h"

/* At 9600 baud the kernel's buffer of 4096 bytes gives room again after a quarter of a
 * second. */
enum { QUIET_MS = 2000 };

static bool write_text(int fd, const char *text)
{
	size_t left = strlen(text);
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	while (left) {
		ssize_t done = write(fd, text, left);

		if (done > 0) {
			text += done;
			left -= (size_t)done;
		} else if (done < 0 && errno != EAGAIN && errno != EINTR) {
			return false;
		} else if (poll(&room, 1, QUIET_MS) == 0) {
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
