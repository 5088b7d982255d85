/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu_ask.h: starts a QEMU without a machine and asks it what it knows. */
#ifndef BEDPLATE_QEMU_LAUNCH_QEMU_ASK_H
#define BEDPLATE_QEMU_LAUNCH_QEMU_ASK_H

#include <jansson.h>

#include "lib/err.h"

/* *root is what qemu_facts_from (qemu_facts.h) makes of its answers; the caller drops it.
 * -ETIMEDOUT where it does not answer in time, and other codes where it does not start or
 * speaks something else. QEMU has ended then. */
int qemu_ask(const char *binary, json_t **root, struct err *err);

#endif
