/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unit.h: guests as systemd's units: whether there are any, and what is asked of systemctl. */
#ifndef BEDPLATE_QEMU_LAUNCH_UNIT_H
#define BEDPLATE_QEMU_LAUNCH_UNIT_H

#include <stdbool.h>

#include "qemu-launch/context.h"
#include "qemu-launch/process_id.h"

#define UNIT_TEMPLATE "bedplate-guest@.service"
#define UNIT_TARGET   "bedplate-guests.target"
#define UNIT_DROPIN   "50-bedplate.conf"

enum { UNIT_NAME_MAX = 300 };

/* Whether systemd runs and has the template. Another root has its guests, but not systemd's. */
bool unit_is_used(const struct context *context);

/* Has systemd read the units anew where a guest's file is younger than what its generator made
 * of it. */
int unit_refresh(const struct context *context, struct err *err);

/* `systemctl VERB bedplate-guest@GUEST.service`, and waits for it. */
int unit_ask(const char *verb, const char *guest, struct err *err);

/* Whether the process is one of the guest's unit's, by its cgroup. */
bool unit_has_process(const char *guest, const struct process_id *process);

#endif
