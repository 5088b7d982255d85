/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_private.h: words that help texts and completions have in common. */
#ifndef BEDPLATE_LIB_OPTION_PRIVATE_H
#define BEDPLATE_LIB_OPTION_PRIVATE_H

#include <string.h>

#include "lib/strbuf.h"

/* "update" of "bedplate mkinitramfs update". */
static inline const char *option_last_word(const char *name)
{
	const char *space = strrchr(name, ' ');

	return space ? space + 1 : name;
}

/* Words, ended by NULL, with a text between them. */
static inline void option_add_joined(struct strbuf *out, const char *const *words,
				     const char *between)
{
	for (size_t i = 0; words[i]; i++)
		strbuf_addf(out, "%s%s", i ? between : "", words[i]);
}

#endif
