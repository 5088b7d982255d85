/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.h: copying into the fixed buffers of plain structs. */
#ifndef BEDPLATE_INIT_TEXT_H
#define BEDPLATE_INIT_TEXT_H

#include <stddef.h>

/* Copies as much as fits and ends it. What the kernel names things is short enough; what
 * is longer matches nothing. */
static inline void text_copy(char *to, size_t size, const char *from)
{
	size_t used = 0;

	for (; used + 1 < size && from[used]; used++)
		to[used] = from[used];
	to[used] = '\0';
}

#endif
