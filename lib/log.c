/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log.c: messages to stderr, to a service's journal or to the kernel's log. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

/* The kernel cuts a record at about 1 KiB (PRINTKRB_RECORD_MAX and its kin), so do we. */
enum { LOG_MAX = 960 };

struct log_look {
	char priority; /* syslog(3) number */
	const char *word;
	const char *colour;
};

static const struct log_look looks[] = {
	[LOG_ERROR] = { '3', "error: ", "\033[1;31m" },
	[LOG_WARNING] = { '4', "warning: ", "\033[1;33m" },
	[LOG_INFO] = { '6', "", "" },
	[LOG_DEBUG] = { '7', "debug: ", "" },
};

static struct {
	enum log_target target;
	enum log_level level;
	const char *name;
	int fd;
	bool colour;
} state = { LOG_TO_STDERR, LOG_INFO, NULL, STDERR_FILENO, false };

void log_open(enum log_target target, const char *name)
{
	int fd;

	state.target = target;
	state.name = name;
	state.fd = STDERR_FILENO;
	state.colour =
		target == LOG_TO_STDERR && isatty(STDERR_FILENO) && !getenv("NO_COLOR");
	if (target != LOG_TO_KMSG)
		return;
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		state.fd = fd;
}

void log_set_level(enum log_level level)
{
	state.level = level;
}

enum log_level log_get_level(void)
{
	return state.level;
}

static int log_prefix(char *line, size_t size, enum log_level level)
{
	const struct log_look *look = &looks[level];
	const char *name = state.name ? state.name : "";
	const char *colon = state.name ? ": " : "";

	if (state.target == LOG_TO_KMSG)
		return snprintf(line, size, "<%c>%s%s", look->priority, name, colon);
	if (state.target == LOG_TO_DAEMON)
		return snprintf(line, size, "<%c>", look->priority);
	if (state.colour && look->colour[0])
		return snprintf(line, size, "%s%s%s%s\033[0m", name, colon, look->colour,
				look->word);
	return snprintf(line, size, "%s%s%s", name, colon, look->word);
}

void log_at(enum log_level level, const char *fmt, ...)
{
	char line[LOG_MAX + 2];
	int saved = errno;
	va_list ap;
	int used, more;

	if (level > state.level)
		return;
	used = log_prefix(line, LOG_MAX, level);
	va_start(ap, fmt);
	more = vsnprintf(line + used, (size_t)(LOG_MAX - used), fmt, ap);
	va_end(ap);
	used += more < LOG_MAX - used ? more : LOG_MAX - used - 1;
	line[used++] = '\n';
	/* One write is one record of /dev/kmsg. Whoever cannot hear us is not helped by
	 * an error about it. */
	if (write(state.fd, line, (size_t)used) < 0)
		errno = saved;
	errno = saved;
}

/* A message may have several lines, one failure each. */
void log_err_at(enum log_level level, const struct err *err)
{
	for (const char *line = err->text; *line;) {
		int length = (int)strcspn(line, "\n");

		log_at(level, "%.*s", length, line);
		line += length + (line[length] == '\n');
	}
	if (err->hint[0])
		log_at(level, "hint: %s", err->hint);
}

void log_err(const struct err *err)
{
	log_err_at(LOG_ERROR, err);
}
