/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ready_private.h: the kinds of readiness that speak with the guest. */
#ifndef BEDPLATE_QEMU_LAUNCH_READY_PRIVATE_H
#define BEDPLATE_QEMU_LAUNCH_READY_PRIVATE_H

#include "qemu-launch/ready.h"

int ready_begin_agent(struct ready *ready, struct err *err);
int ready_look_agent(struct ready *ready, struct err *err);
int ready_begin_port(struct ready *ready, struct err *err);
int ready_look_port(struct ready *ready, struct err *err);
int ready_begin_notify(struct ready *ready, struct err *err);
int ready_look_notify(struct ready *ready, struct err *err);

#endif
