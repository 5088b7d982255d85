/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysctl.h: [Sysctl]: names as in sysctl.d(5). */
#ifndef BEDPLATE_HOST_PREP_SYSCTL_H
#define BEDPLATE_HOST_PREP_SYSCTL_H

#include <stddef.h>

#include "lib/names.h"

/* Writes the path below proc/sys of a name of `length` letters. Where its first separator is
 * a dot, dots part it and a slash stands for a dot in a part; otherwise slashes part it.
 * -ENAMETOOLONG, or 0. */
int sysctl_path(const char *name, size_t length, char *path, size_t size);

/* The paths below the root that a pattern, in which * and ? stand for names within a part,
 * fits: 0, or -ENOMEM. */
int sysctl_expand(int root_fd, const char *pattern, struct names *paths);

#endif
