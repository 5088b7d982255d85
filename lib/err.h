/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * err.h: how failures travel.
 *
 * The contract, for every function of this project that takes a `struct err *`:
 *  - it returns 0 (or a count, or a descriptor) when done and a negative errno when not;
 *  - where it fails it has set the message, in the words of what was attempted and on
 * what;
 *  - callers put the object they were working on in front (err_wrap) and hand it on;
 *  - only a program's main prints it;
 *  - a NULL err is allowed everywhere and means that nobody wants the words.
 * The buffer is fixed, so that PID 1 never allocates in order to fail.
 */
#ifndef BEDPLATE_LIB_ERR_H
#define BEDPLATE_LIB_ERR_H

#include <stdbool.h>

/* Room for the mistakes of a file that has many. */
enum { ERR_MAX = 4096, ERR_HINT_MAX = 256 };

/* Exit codes of every command. */
enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct err {
	int code;     /* negative errno, 0 while nothing failed */
	bool mistake; /* what a person wrote is at fault, not the machine */
	char text[ERR_MAX];
	char hint[ERR_HINT_MAX]; /* what to do about it, "" where unknown */
};

#define ERR_INIT          \
	{                 \
		.code = 0 \
	}

/* Sets message and code; `errnum` is a positive errno. Returns -errnum. */
int err_set(struct err *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set, with ": " and strerror(errnum) appended. Returns -errnum. */
int err_sys(struct err *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "fmt: " in front of the message. Returns the code that was set. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Says what a person could do about it. Returns the code that was set. */
int err_hint(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Where something was not permitted and it is not root who asks: says that, unless there is a hint
 * already. */
void err_hint_root(struct err *err);

/* Says that what a person wrote is at fault, whatever the machine is like. Returns the code that
 * was set. */
int err_mistake(struct err *err);

/* What a program that ends with this failure returns: EXIT_USAGE where it is a mistake. */
enum exit_code err_exit_code(const struct err *err);

/* Forgets the failure, for a caller that has dealt with it. */
void err_clear(struct err *err);

#endif
