/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notify.c: lines to systemd and to a pipe. */
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "qemu-launch/notify.h"

enum { LINE_MAX_BYTES = sizeof(struct err) + 16 };

static struct {
	struct sockaddr_un address;
	socklen_t length;
	int socket_fd, pipe_fd;
} notified = { .socket_fd = -1, .pipe_fd = -1 };

static void open_socket(const char *path)
{
	struct sockaddr_un *address = &notified.address;

	if (!path || (*path != '/' && *path != '@') ||
	    strlen(path) >= sizeof(address->sun_path))
		return;
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	notified.length =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (*path == '@')
		address->sun_path[0] = '\0';
	notified.socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

void notify_open(void)
{
	const char *pipe_text = getenv(NOTIFY_PIPE);

	open_socket(getenv("NOTIFY_SOCKET"));
	if (pipe_text)
		notified.pipe_fd = atoi(pipe_text);
	if (notified.pipe_fd > 2)
		fcntl(notified.pipe_fd, F_SETFD, FD_CLOEXEC);
	unsetenv("NOTIFY_SOCKET");
	unsetenv(NOTIFY_PIPE);
}

/* A line is a line, whatever QEMU's words were. */
static void flatten(char *line, char end)
{
	for (char *at = line; (at = strchr(at, '\n'));)
		*at = end;
}

static void send_socket(const char *text)
{
	if (notified.socket_fd >= 0)
		sendto(notified.socket_fd, text, strlen(text), MSG_NOSIGNAL,
		       (const struct sockaddr *)&notified.address, notified.length);
}

static void send_pipe(const char *text)
{
	char line[LINE_MAX_BYTES + 1];
	int length = snprintf(line, sizeof(line), "%s\n", text);

	if (notified.pipe_fd >= 0 && write(notified.pipe_fd, line, (size_t)length) < 0) {
		close(notified.pipe_fd);
		notified.pipe_fd = -1;
	}
}

void notify(const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	flatten(line, ' ');
	send_socket(line);
	send_pipe(line);
}

static void send_failure(const char *text, const char *hint)
{
	char line[LINE_MAX_BYTES];

	snprintf(line, sizeof(line) - 1, "FAILED=%s%s%s", text, *hint ? "; " : "", hint);
	flatten(line, NOTIFY_LINE_END);
	send_pipe(line);
}

void notify_failed(const struct err *err)
{
	char line[LINE_MAX_BYTES];

	send_failure(err->text, err->hint);
	snprintf(line, sizeof(line), "STATUS=%s", err->text);
	flatten(line, ' ');
	send_socket(line);
}

void notify_not_ready(const char *text)
{
	char line[LINE_MAX_BYTES], words[LINE_MAX_BYTES + 32];

	send_failure(text, "");
	snprintf(line, sizeof(line), "%s", text);
	flatten(line, ' ');
	snprintf(words, sizeof(words), "STATUS=%s\nREADY=1", line);
	send_socket(words);
}
