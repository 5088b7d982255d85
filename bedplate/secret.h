/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * secret.h: leaving secrets out of texts that are given to others.
 *
 * How it works: three nets, for one alone has holes. In configuration files a table says which
 * keys bear secrets (secret_keys); what is no key of the schema is left out, too, for it may be
 * a misspelt one, and so is a line that has no place in such a file. In every text what looks
 * like a secret is left out (secret_find.c): password=, "token": ..., keys in PEM, hashes of
 * crypt(5), users in URLs; rather too much than too little. And what the first net has found, the
 * contents of password files among it, is left out wherever else it stands.
 */
#ifndef BEDPLATE_BEDPLATE_SECRET_H
#define BEDPLATE_BEDPLATE_SECRET_H

#include <stddef.h>

#include "lib/conf_schema.h"
#include "lib/names.h"
#include "lib/strbuf.h"

#define SECRET_GONE "(left out)"

enum secret_kind {
	SECRET_NONE,
	SECRET_WHOLE, /* the value */
	SECRET_WORDS, /* from the first word of it on that looks like a secret */
	SECRET_FILE,  /* it names a file that holds a secret */
};

struct secret_key {
	const char *schema, *section, *key; /* "guest", "Display", "PasswordFile" */
	enum secret_kind kind;
};

/* Ended by a row without a schema. A key that holds a secret stands here, or it is shown. */
extern const struct secret_key secret_keys[];

/* Adds the text without what looks like a secret, nor any of `known`. Who cuts a text first
 * cuts it in front of a line, and at its end between words. */
void secret_write(const char *text, const struct names *known, struct strbuf *out);

/* Where in a line a secret begins; its length, or that of the line, where it has none. */
size_t secret_find(const char *line, size_t *length);

/* Adds a configuration file's text without its secrets, and adds these to `known` (may be NULL);
 * paths of SECRET_FILE to `files` (may be NULL). Its lines are joined as lib/conf_reader.c joins
 * them. 0 or -ENOMEM. */
int secret_write_conf(const char *text, const struct conf_schema *schema,
		      struct names *known, struct names *files, struct strbuf *out);

#endif
