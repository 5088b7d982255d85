/* SPDX-License-Identifier: GPL-2.0-or-later */
/* control.c: lets commands speak with QEMU. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "qemu-launch/control.h"
#include "qemu-launch/state.h"
#include "qemu-launch/turn.h"

int control_open_folder(int root_fd, const char *guest, struct err *err)
{
	_cleanup_state_ struct state state = { .done = NULL };
	int result = state_read(&state, root_fd, guest, err);
	char path[STATE_PATH_MAX];

	if (result)
		return result;
	if (!process_id_is_alive(&state.qemu))
		return err_set(err, ESRCH, "%s does not run", guest);
	snprintf(path, sizeof(path), STATE_FOLDER "/%.255s", guest);
	return file_open(root_fd, path, O_RDONLY | O_DIRECTORY, err);
}

int control_lock(int root_fd, const char *guest, struct err *err)
{
	_cleanup_close_ int fd = -1;
	char path[STATE_PATH_MAX];
	int result;

	snprintf(path, sizeof(path), STATE_FOLDER "/%.240s.control", guest);
	fd = openat(root_fd, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, errno, "opening /%s", path);
	result = turn_take(fd, "speaks with QEMU", err);
	return result ? result : steal_fd(&fd);
}

int control_open(struct control *control, int root_fd, const char *guest, struct err *err)
{
	_cleanup_close_ int folder = -1;
	int result;

	qmp_init(&control->qmp);
	control->lock_fd = -1;
	folder = control_open_folder(root_fd, guest, err);
	if (folder < 0)
		return folder;
	control->lock_fd = control_lock(root_fd, guest, err);
	if (control->lock_fd < 0)
		return control->lock_fd;
	result = qmp_connect_in_turn(&control->qmp, folder, "control.sock", CONTROL_MS,
				     err);
	return result ? result : qmp_greet(&control->qmp, CONTROL_MS, err);
}

void control_release(struct control *control)
{
	qmp_release(&control->qmp);
	cleanup_close(&control->lock_fd);
	control->lock_fd = -1;
}
