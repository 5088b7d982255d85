/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notify.h: tells who started the supervisor how far it is.
 *
 * To systemd's $NOTIFY_SOCKET as sd_notify(3) has it, and to the pipe whose number is in
 * $BEDPLATE_NOTIFY_FD, one line each: STATUS=TEXT, READY=1, STOPPING=1, FAILED=TEXT. `start`
 * without systemd, and `boot`, read the latter. A text of several lines has NOTIFY_LINE_END
 * between them in FAILED=, blanks elsewhere.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_NOTIFY_H
#define BEDPLATE_QEMU_LAUNCH_NOTIFY_H

#include "lib/err.h"

#define NOTIFY_PIPE "BEDPLATE_NOTIFY_FD"
enum { NOTIFY_LINE_END = 0x1e }; /* ASCII's record separator */

/* Reads the environment, and takes the variables away so that no child has them. */
void notify_open(void);

/* Says a line; nobody's hearing it is no failure. */
void notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Says FAILED=TEXT to the pipe, with the hint, and STATUS=TEXT to systemd. */
void notify_failed(const struct err *err);

/* Says that the guest runs on and is not ready: FAILED=TEXT to the pipe. To systemd STATUS=TEXT
 * and READY=1, for it would end what does not get ready; who requires the guest is kept from
 * starting by needs.h. */
void notify_not_ready(const char *text);

#endif
