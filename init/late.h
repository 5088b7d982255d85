/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * late.h: the archive in the image with what only a failing or an unusual boot needs
 * (lib/late_archive.h): opened when something of it is asked for, and not before.
 *
 * How it works: a forked child checks the whole archive, unpacks it over /, and removes
 * it: that there is none says that it was opened. So the memory that unpacking takes is
 * not process 1's, and a child that hangs is left behind at a deadline. A lock keeps a
 * second process (the kernel's modprobe) from doing the same at once. What is there
 * already is not replaced.
 */
#ifndef BEDPLATE_INIT_LATE_H
#define BEDPLATE_INIT_LATE_H

#include "lib/err.h"

struct boot;

enum { LATE_TIMEOUT_MS = 60000 };

/* Makes sure that a path of the initramfs (without a leading slash) is there, from the
 * archive if need be. -ENOENT where the image has no such thing; -EBADMSG and others
 * where the archive cannot be unpacked. Another failure is told once on the log. */
int late_need(struct boot *boot, const char *path, struct err *err);

/* The same, where there is only the descriptor of the initramfs' root. */
int late_need_at(int root_fd, const char *path, struct err *err);

#endif
