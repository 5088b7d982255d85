/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub_block.h: a marked block in a file of somebody else's. */
#ifndef BEDPLATE_BOOT_GRUB_BLOCK_H
#define BEDPLATE_BOOT_GRUB_BLOCK_H

#include "lib/err.h"
#include "lib/strbuf.h"

/* Adds a text with the block in it replaced, put at its end, or (NULL) taken out. -EINVAL, with
 * the line of the file `path` and a hint, where a block begins and has no end before the next:
 * nobody knows which of the lines behind it are the file's own. */
int grub_block_replace(const char *path, const char *text, const char *block,
		       struct strbuf *out, struct err *err);

/* The first line of a text that begins so, or NULL. */
const char *grub_block_line(const char *text, const char *start);

#endif
