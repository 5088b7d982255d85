/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_quote.h: quotes in values.
 *
 * A value, or an item of a list, that begins with a quote ends with the same one.
 * Between double quotes \\ \" \' \n \t \r and \xHH are known; between single ones
 * everything stands for itself. A text that does not begin with a quote stands for
 * itself, backslashes included.
 */
#ifndef BEDPLATE_LIB_CONF_QUOTE_H
#define BEDPLATE_LIB_CONF_QUOTE_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/strbuf.h"

/* Adds a whole value without its quotes. */
int conf_unquote(const char *text, struct strbuf *out, struct err *err);

/* Puts the next item of a list into `item` without its quotes and moves on: 1; 0 at the
 * end. */
int conf_next_item(const char **rest, struct strbuf *item, struct err *err);

enum conf_place { CONF_AS_VALUE, CONF_AS_ITEM };

/* Adds a text so that it reads back in this place, with quotes only where they are
 * needed. */
void conf_quote(const char *text, enum conf_place place, struct strbuf *out);

/* Whether the bytes are UTF-8 as in RFC 3629. */
bool conf_is_utf8(const char *text);

#endif
