/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notify.h: tells who started the supervisor how far it is.
 *
 * To systemd's $NOTIFY_SOCKET as sd_notify(3) has it, and to the pipe whose number is in
 * $BEDPLATE_NOTIFY_FD, one line each: STATUS=TEXT, READY=1, STOPPING=1, FAILED=TEXT. `start`
 * without systemd, and `boot`, read the latter.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_NOTIFY_H
#define BEDPLATE_QEMU_LAUNCH_NOTIFY_H

#define NOTIFY_PIPE "BEDPLATE_NOTIFY_FD"

/* Reads the environment, and takes the variables away so that no child has them. */
void notify_open(void);

/* Says a line; nobody's hearing it is no failure. */
void notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
