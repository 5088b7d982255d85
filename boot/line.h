/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line.h: whole command lines of the kernel, compared word by word.
 *
 * Words are parted as the kernel does it (lib/cmdline.h). Quotes and backslashes are no
 * difference: GRUB puts them where it sees fit.
 */
#ifndef BEDPLATE_BOOT_LINE_H
#define BEDPLATE_BOOT_LINE_H

#include <stdbool.h>

#include "lib/strbuf.h"

/* How many words a line has if they stand one behind the other, as they are, somewhere in
 * `whole`; -1 where they do not. */
int line_find(const char *line, const char *whole);

/* The next word from here on, and its length; NULL at the end. */
const char *line_next(const char *text, size_t *length);

/* Adds what /proc/cmdline has without what boot loaders' generators add, and without the
 * word(s) `without`. `gives_root`: the generator begins with root= and what goes with it. */
void line_write_own(const char *running, bool gives_root, const char *without,
		    struct strbuf *out);

/* Adds a line "-WORD" for each word that only `before` has and a line "+WORD" for each that only
 * `after` has, with `indent` in front. */
void line_write_diff(const char *before, const char *after, const char *indent,
		     struct strbuf *out);

/* Whether a word is, or has the name, `name`: "root" and "root=/dev/a". */
bool line_has(const char *line, const char *name);

#endif
