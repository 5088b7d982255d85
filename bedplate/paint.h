/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paint.h: colours, where the standard output is a terminal that has them. */
#ifndef BEDPLATE_BEDPLATE_PAINT_H
#define BEDPLATE_BEDPLATE_PAINT_H

#include "lib/findings.h"

/* What to print in front of a word of this severity, and behind it; "" where the output is no
 * terminal, TERM is dumb, or NO_COLOR is set (no-color.org). */
const char *paint_begin(enum check_severity severity);
const char *paint_end(void);

#endif
