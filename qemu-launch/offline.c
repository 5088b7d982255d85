/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offline.c: keeps a guest from being started while its disks are worked on. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "qemu-launch/offline.h"
#include "qemu-launch/state.h"

int offline_look(int root_fd, const char *guest, struct err *err)
{
	_cleanup_state_ struct state state = { .done = NULL };
	int result = state_read(&state, root_fd, guest, err);

	if (result)
		return result;
	return process_id_is_alive(&state.qemu) ? err_set(err, EBUSY, "%s runs", guest)
						: 0;
}

static int say_who(int root_fd, const char *guest, struct err *err)
{
	int result = offline_look(root_fd, guest, err);

	if (result)
		return result;
	err_set(err, EAGAIN,
		"%s is being started or stopped, or another command works on its disks",
		guest);
	return err_hint(err, "try again when that is done");
}

int offline_take(int root_fd, const char *guest, struct err *err)
{
	_cleanup_close_ int folder = file_make_dirs_in_root(root_fd, STATE_FOLDER, err);
	_cleanup_close_ int fd = -1;
	char name[272];
	int result;

	if (folder < 0)
		return folder;
	snprintf(name, sizeof(name), "%.255s.lock", guest);
	fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, errno, "opening /" STATE_FOLDER "/%s", name);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK
			       ? say_who(root_fd, guest, err)
			       : err_sys(err, errno, "locking /" STATE_FOLDER "/%s",
					 name);
	/* A QEMU whose supervisor has gone has no lock any more. */
	result = offline_look(root_fd, guest, err);
	return result ? result : steal_fd(&fd);
}
