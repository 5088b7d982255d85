/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user.h: the numbers of users and groups. */
#ifndef BEDPLATE_LIB_USER_H
#define BEDPLATE_LIB_USER_H

#include <stdint.h>

#include "lib/err.h"

/* The number of a user or group by its name or number, from etc/passwd and etc/group below
 * the root; -1 for "". -ENOENT where there is none. */
int user_number(int root_fd, const char *name, int64_t *id, struct err *err);
int group_number(int root_fd, const char *name, int64_t *id, struct err *err);

#endif
