/* SPDX-License-Identifier: GPL-2.0-or-later */
/* action.h: the first word behind a command that has several actions. */
#ifndef BEDPLATE_QEMU_LAUNCH_ACTION_H
#define BEDPLATE_QEMU_LAUNCH_ACTION_H

#include <stddef.h>

#include "lib/err.h"

/* Which of `count` rows of a table is called `word`; each row is `size` bytes and begins with its name. -EINVAL, with
 * the nearest name or `all` ("create, info or check") as a hint; NULL for `word` is none, too. */
int action_find(const char *word, const void *rows, size_t size, size_t count,
		const char *all, struct err *err);

#endif
