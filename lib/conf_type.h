/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_type.h: the types that a configuration's values may have.
 *
 * A type is one row in conf_types.def and one `struct conf_type`, whose functions see a
 * value's plain text: quotes, lists, defaults and origins are the engine's business.
 * What format writes, parse reads back to the same value. Each type X has its LIST_X.
 */
#ifndef BEDPLATE_LIB_CONF_TYPE_H
#define BEDPLATE_LIB_CONF_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/strbuf.h"
#include "lib/value/cpu_list.h"
#include "lib/value/link.h"
#include "lib/value/net.h"
#include "lib/value/pci.h"
#include "lib/value/port.h"

/* What a key's row allows of its type. */
struct conf_limits {
	bool ranged;
	int64_t min, max;         /* of INT, SIZE (bytes) and SPAN (milliseconds) */
	const char *const *words; /* of ENUM, ended by NULL; '_' stands for '-' */
};

struct conf_type {
	const char *name;    /* as in tables: "SPAN" */
	const char *grammar; /* for people: "a time span: 90s, 2min 30s, infinity" */
	size_t size;
	/* Of a list, which has no functions of its own. */
	const struct conf_type *element;
	/* Makes a value out of the text; on failure there is nothing to release. The
	 * message says what is wrong with the text; where it stands is put in front by
	 * the engine. */
	int (*parse)(const char *text, const struct conf_limits *limits, void *value,
		     struct err *err);
	void (*format)(const void *value, const struct conf_limits *limits,
		       struct strbuf *out);
	void (*release)(void *value); /* NULL where a value owns nothing */
};

/* How a list lies in memory, whatever its elements are. */
struct conf_list {
	void *items;
	size_t count;
};

/* One member a type, to take C types from: CONF_C_TYPE(SPAN) is uint64_t. */
struct conf_c_types {
#define CONF_TYPE(NAME, c_type) \
	c_type NAME;            \
	struct {                \
		c_type *items;  \
		size_t count;   \
	} LIST_##NAME;
#include "lib/conf_types.def"
#undef CONF_TYPE
};
#define CONF_C_TYPE(NAME) __typeof__(((struct conf_c_types *)0)->NAME)

/* conf_type_BOOL, conf_type_LIST_BOOL, ... */
#define CONF_TYPE(NAME, c_type) \
	extern const struct conf_type conf_type_##NAME, conf_type_LIST_##NAME;
#include "lib/conf_types.def"
#undef CONF_TYPE

#endif
