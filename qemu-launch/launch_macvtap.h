/* SPDX-License-Identifier: GPL-2.0-or-later */
/* launch_macvtap.h: the addresses of macvtaps, for the step that opens taps. */
#ifndef BEDPLATE_QEMU_LAUNCH_LAUNCH_MACVTAP_H
#define BEDPLATE_QEMU_LAUNCH_LAUNCH_MACVTAP_H

#include <jansson.h>

#include "lib/err.h"
#include "qemu-launch/launch.h"

/* Gives the macvtap its card's address; `done` gets what is to be undone, and is written down first. */
int launch_macvtap(struct launch *launch, const struct setup_nic *nic, json_t *done,
		   struct err *err);

/* Gives it back the address that it had; one that was changed since, or is gone, is left alone. */
int launch_macvtap_undo(const char *name, const json_t *done, struct err *err);

#endif
