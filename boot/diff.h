/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diff.h: the difference between two texts, line by line. */
#ifndef BEDPLATE_BOOT_DIFF_H
#define BEDPLATE_BOOT_DIFF_H

#include "lib/strbuf.h"

/* Adds a unified diff with three lines of context, under the names given; nothing where the
 * texts are the same. NULL is a text that is not there: its name is /dev/null. */
void diff_write(const char *before_name, const char *before, const char *after_name,
		const char *after, struct strbuf *out);

#endif
