/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qmp_private.h: what the sources of qmp.h share. */
#ifndef BEDPLATE_QEMU_LAUNCH_QMP_PRIVATE_H
#define BEDPLATE_QEMU_LAUNCH_QMP_PRIVATE_H

#include "qemu-launch/qmp.h"

/* Sorts a message to those who wait for it; takes it over. */
void qmp_take_message(struct qmp *qmp, json_t *message);

/* A place for a reply, or NULL where there are too many. */
struct qmp_waiting *qmp_find_waiting(struct qmp *qmp, uint64_t id);

#endif
