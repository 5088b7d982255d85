/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h: messages with four run-time levels.
 *
 * LOG_TO_STDERR  a person at a terminal: "NAME: message"; warnings and errors are
 * coloured only where stderr is a terminal and NO_COLOR is not set. LOG_TO_DAEMON  a
 * service under systemd: sd-daemon(3)'s "<N>" prefix, no name. LOG_TO_KMSG    PID 1:
 * /dev/kmsg, one record a line ("<N>bedplate: message"); the console where /dev/kmsg
 * cannot be opened. Format: kernel Documentation/ABI/testing/dev-kmsg.
 */
#ifndef BEDPLATE_LIB_LOG_H
#define BEDPLATE_LIB_LOG_H

#include "lib/err.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
enum log_target { LOG_TO_STDERR, LOG_TO_DAEMON, LOG_TO_KMSG };

/* Chooses where messages go and the name in front of them; `name` must stay valid. Until
 * it is called, messages go to stderr without a name. */
void log_open(enum log_target target, const char *name);

/* Messages above `level` are dropped; LOG_INFO at first. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* Writes one message; errno is kept. A target that refuses the write is not an error. */
void log_at(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)   log_at(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_at(LOG_DEBUG, __VA_ARGS__)

/* Writes an err as messages of that level, one a line of its text, and its hint behind. */
void log_err_at(enum log_level level, const struct err *err);

/* The same as errors. */
void log_err(const struct err *err);

#endif
