/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub_block.h: a marked block in a file of somebody else's. */
#ifndef BEDPLATE_BOOT_GRUB_BLOCK_H
#define BEDPLATE_BOOT_GRUB_BLOCK_H

#include "lib/strbuf.h"

/* Adds a text with the block in it replaced, put at its end, or (NULL) taken out. A block that
 * has no end is none. */
void grub_block_replace(const char *text, const char *block, struct strbuf *out);

/* The first line of a text that begins so, or NULL. */
const char *grub_block_line(const char *text, const char *start);

#endif
