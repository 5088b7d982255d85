/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spawn.h: QEMU and its helpers as processes of their own: as another user, with limits, and
 * not begun before they are written down.
 *
 * How it works: the child waits at a gate, a pipe, until its number stands in the state. If
 * the supervisor dies before, the pipe ends and so does the child: there is no moment at
 * which a QEMU runs that nobody knows of.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_SPAWN_H
#define BEDPLATE_QEMU_LAUNCH_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"
#include "qemu-launch/process_id.h"

enum { SPAWN_GROUPS_MAX = 64, SPAWN_SAME = -1 };

/* Whom a process runs as. */
struct spawn_user {
	int64_t uid, gid; /* SPAWN_SAME: ours */
	gid_t groups[SPAWN_GROUPS_MAX];
	int group_count;
};

/* Looks a user and a group up by name or number; "" is ours, or the user's own group. The
 * user's further groups come along (kvm, disk, ...). */
int spawn_user_find(struct spawn_user *user, const char *name, const char *group,
		    struct err *err);

struct spawn {
	const char *const *argv; /* argv[0] is looked for in $PATH when it has no slash */
	const struct spawn_user *user; /* NULL: ours */
	int output_fd;                 /* its standard output and error; -1: ours */
	uint64_t memlock;              /* bytes that it may lock; 0: as we may */
	mode_t umask;                  /* of it; 0: ours */
	const int *fds;                /* that it inherits under their numbers */
	size_t fd_count;
	/* results */
	struct process_id id;
	int pid_fd; /* the caller's to close */
	int gate_fd;
};

/* Makes the child, which waits. */
int spawn_start(struct spawn *spawn, struct err *err);
/* Lets it go, and waits until it is the other program; its failure is ours. */
int spawn_go(struct spawn *spawn, struct err *err);
/* Gives it up while it waits. */
void spawn_abandon(struct spawn *spawn);

#endif
