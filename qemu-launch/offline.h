/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offline.h: keeps a guest from being started while its disks are worked on. */
#ifndef BEDPLATE_QEMU_LAUNCH_OFFLINE_H
#define BEDPLATE_QEMU_LAUNCH_OFFLINE_H

#include "lib/err.h"

/* Takes the lock that a guest's supervisor has. Returns a descriptor, to be closed when the work is done;
 * -EBUSY where the guest runs, -EAGAIN where it is about to, or another command works on its disks. */
int offline_take(int root_fd, const char *guest, struct err *err);

/* Looks only, for who only reads: -EBUSY where the guest's QEMU runs. */
int offline_look(int root_fd, const char *guest, struct err *err);

#endif
