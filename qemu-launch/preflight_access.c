/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * preflight_access.c: whether QEMU's own user may open the files that QEMU opens.
 *
 * The kernel is asked, in a child that becomes this user: owners, groups, modes, access control
 * lists and the folders on the way all count, and nothing is opened.
 */
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "qemu-launch/preflight.h"

static int mode_of(unsigned flags)
{
	return R_OK | (flags & (USE_WRITE | USE_INPUT) ? W_OK : 0) |
	       (flags & USE_FOLDER ? X_OK : 0);
}

static bool is_judged(const struct preflight_use *use, size_t guest)
{
	return use->guest == guest && use->flags & USE_QEMU && *use->path == '/';
}

/* In the child. */
static void look(const struct preflight *preflight, size_t number, int *denied)
{
	const struct spawn_user *user = &preflight->guests[number].user;

	if ((user->gid != SPAWN_SAME &&
	     (setgroups((size_t)user->group_count, user->groups) < 0 ||
	      setresgid((gid_t)user->gid, (gid_t)user->gid, (gid_t)user->gid) < 0)) ||
	    setresuid((uid_t)user->uid, (uid_t)user->uid, (uid_t)user->uid) < 0)
		_exit(1);
	for (size_t i = 0; i < preflight->use_count; i++) {
		const struct preflight_use *use = &preflight->uses[i];

		if (is_judged(use, number) &&
		    faccessat(preflight->machine_fd, use->path + 1, mode_of(use->flags),
			      0) < 0)
			denied[i] = errno;
	}
	_exit(0);
}

static void read_guest(struct preflight *preflight, size_t number, int *denied)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid)
		look(preflight, number, denied);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; status == 0 && i < preflight->use_count; i++)
		if (is_judged(&preflight->uses[i], number))
			preflight->uses[i].denied = denied[i];
}

/* Only root can become another user; whoever is not is told by QEMU. */
int preflight_read_access(struct preflight *preflight)
{
	size_t size = (preflight->use_count + 1) * sizeof(int);
	int *denied = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);

	if (denied == MAP_FAILED)
		return -ENOMEM;
	for (size_t i = 0; i < preflight->count; i++) {
		struct preflight_guest *guest = &preflight->guests[i];

		if (!guest->is_asked)
			continue;
		preflight_find_user(preflight, guest);
		if (!guest->no_user.code && guest->user.uid != SPAWN_SAME &&
		    geteuid() == 0)
			read_guest(preflight, i, denied);
	}
	munmap(denied, size);
	return 0;
}
