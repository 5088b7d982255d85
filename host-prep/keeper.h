/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keeper.h: keeps a program running where no systemd does.
 *
 * How it works: the keeper is a process of ours that was left behind (detach.h) and has the
 * program as its child, in the foreground. It sleeps until that ends (pidfd_open(2)), logs
 * its last words, and starts it again: at once, then later and later. It gives up when the
 * program says that its configuration is wrong, cannot be executed any more, or has not lived
 * long for too many times. SIGTERM ends both.
 *
 * Its file is locked (fcntl(2)) for as long as it lives, so there is never a second one, and
 * the kernel knows which process it is, whatever was killed before that could have noted it.
 * In the file stands what it has to report; that stays where it gave up or was killed.
 *
 *	{ "restarts": 2, "time": 1700000000, "words": "killed by signal 9", "gave-up": false }
 */
#ifndef BEDPLATE_HOST_PREP_KEEPER_H
#define BEDPLATE_HOST_PREP_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"

struct keeper {
	int root_fd;
	const char *what;        /* "dnsmasq of network lan" */
	const char *const *argv; /* stays in the foreground */
	const char *path;        /* the keeper's file, below the root */
	const char
		*pid_path; /* the program writes this file once it has begun its work */
	int wrong_status;  /* what it exits with when its configuration is wrong */
	int timeout_ms;    /* for beginning its work */
};

/* Starts both. Returns when the program is at work; or else, with none of them left, with
 * its last words, -ENOENT where there is no such program. -EBUSY: there is a keeper. */
int keeper_start(const struct keeper *keeper, struct err *err);

/* The keeper that has this file; 0: there is none. */
pid_t keeper_pid(int root_fd, const char *path);

/* Ends it, and its program by it; nothing where there is none. Its file is gone then. */
int keeper_stop(int root_fd, const char *path, struct err *err);

enum { KEEPER_WORDS = 256 };

struct keeper_report {
	unsigned restarts;
	int64_t time;             /* of the last end of the program, as time(2) has it */
	char words[KEEPER_WORDS]; /* how it ended, with its last words */
	bool gave_up;
};

/* What its file tells; false, and nothing reported, where there is none. */
bool keeper_read_report(int root_fd, const char *path, struct keeper_report *report);

/* Writes it in place: the lock is the file's. Errors are the keeper's own business: none. */
void keeper_write_report(int fd, const struct keeper_report *report);

/* When the program is started again whose last `quick` lives (with the one that has just
 * ended) were short: milliseconds, or -1: never. Pure. */
enum { KEEPER_QUICK_MS = 10000 };
int keeper_delay_ms(unsigned quick);

#endif
