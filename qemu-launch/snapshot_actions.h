/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snapshot_actions.h: the actions of the command snapshot; each returns 0 or -errno. */
#ifndef BEDPLATE_QEMU_LAUNCH_SNAPSHOT_ACTIONS_H
#define BEDPLATE_QEMU_LAUNCH_SNAPSHOT_ACTIONS_H

#include "qemu-launch/snapshot.h"

int snapshot_create(struct snapshot *snapshot, struct err *err);
int snapshot_commit(struct snapshot *snapshot, struct err *err);
int snapshot_rollback(struct snapshot *snapshot, struct err *err);
int snapshot_forget(struct snapshot *snapshot, struct err *err);
int snapshot_list(struct snapshot *snapshot, struct err *err);

#endif
