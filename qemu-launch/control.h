/* SPDX-License-Identifier: GPL-2.0-or-later */
/* control.h: QMP for commands, besides the supervisor's own: one command at a time. */
#ifndef BEDPLATE_QEMU_LAUNCH_CONTROL_H
#define BEDPLATE_QEMU_LAUNCH_CONTROL_H

#include "lib/err.h"
#include "qemu-launch/qmp.h"

enum { CONTROL_MS = 10000 };

struct control {
	struct qmp qmp;
	int lock_fd;
};

/* Opens the folder of a guest's sockets: -ESRCH where the guest does not run. */
int control_open_folder(int root_fd, const char *guest, struct err *err);

/* Waits until no other command speaks with the guest's QEMU, and keeps others out. Returns a
 * descriptor to be closed. */
int control_lock(int root_fd, const char *guest, struct err *err);

/* Connects to control.sock under the lock. The struct must not be moved afterwards; on failure,
 * too, it is to be released. */
int control_open(struct control *control, int root_fd, const char *guest,
		 struct err *err);
void control_release(struct control *control);
#define _cleanup_control_ __attribute__((cleanup(control_release)))

#endif
