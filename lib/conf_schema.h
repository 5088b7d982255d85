/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_schema.h: a table as data, for the engine and the generators. */
#ifndef BEDPLATE_LIB_CONF_SCHEMA_H
#define BEDPLATE_LIB_CONF_SCHEMA_H

#include "lib/conf.h"
#include "lib/conf_type.h"

struct conf_key {
	const char *name; /* "Timeout" */
	const struct conf_type *type;
	struct conf_limits limits;
	const char *fallback; /* the default; "" is zero, no text, an empty list */
	const char *help;     /* one line */
	const char *text;     /* more, or "" */
	size_t offset;        /* in the section's struct */
};

struct conf_section {
	const char *name; /* "Root" */
	const char *help;
	bool repeated;
	size_t offset; /* in struct NAME_conf */
	size_t size;   /* of one instance */
	const struct conf_key *keys;
	size_t key_count;
};

/* Checks values against each other; see conf_fail for how it says where. */
typedef int conf_rule(const void *data, const struct conf *conf, struct err *err);

struct conf_schema {
	const char *name; /* "host" */
	size_t size;      /* of struct NAME_conf */
	const struct conf_section *sections;
	size_t section_count;
	conf_rule *const *rules; /* ended by NULL */
};

#endif
