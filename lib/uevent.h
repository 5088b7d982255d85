/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uevent.h: the kernel's device events, from netlink or from sysfs, as a plain struct. */
#ifndef BEDPLATE_LIB_UEVENT_H
#define BEDPLATE_LIB_UEVENT_H

#include <stddef.h>

#include "lib/err.h"

enum uevent_action { UEVENT_ADD, UEVENT_CHANGE, UEVENT_REMOVE, UEVENT_OTHER };

/* Texts point into the buffer that was parsed and are "" where absent. */
struct uevent {
	enum uevent_action action;
	const char *devpath;   /* below /sys */
	const char *subsystem; /* "block" */
	const char *devname;   /* below /dev */
	const char *devtype;   /* "disk", "partition" */
	const char *modalias;
	const char *partname;
	const char *partuuid; /* kernels from 6.9 on */
	unsigned major, minor, partn;
};

/* Parses one message of the kernel's netlink group: "ACTION@DEVPATH\0KEY=VALUE\0...". The
 * buffer must end in '\0'. -EINVAL where it is something else (udev's own messages). */
int uevent_parse(struct uevent *event, char *message, size_t size);

/* Parses the lines of a sysfs `uevent` attribute in place; they count as UEVENT_ADD. */
void uevent_parse_lines(struct uevent *event, char *lines);

/* Opens a socket that receives the kernel's events from now on. Returns a descriptor. */
int uevent_open(struct err *err);

/* Takes the next event from the socket into the buffer. 1 when there was one, 0 when none
 * is waiting, -ENOBUFS when the kernel had to drop some: then sysfs must be looked
 * through again. */
int uevent_receive(int fd, struct uevent *event, char *buffer, size_t size);

#endif
