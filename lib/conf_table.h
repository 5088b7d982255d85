/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_table.h: turns a table into NAME_schema. Included once by lib/schema/NAME.c,
 * behind lib/schema/NAME.h and with CONF_NAME and CONF_DEF defined.
 */
#include "lib/conf_schema.h"

/* Rules take the struct of their table; the engine knows them by one type. */
#define CONF_SECTION(Name, name, kind, help)
#define CONF_KEY(...)
#define CONF_END(Name, name)
#define CONF_RULE(function)                                                   \
	static int function##_rule(const void *data, const struct conf *conf, \
				   struct err *err)                           \
	{                                                                     \
		return function(data, conf, err);                             \
	}
#include CONF_DEF
#undef CONF_SECTION
#undef CONF_KEY
#undef CONF_END
#undef CONF_RULE

/* The keys, one array a section. */
#define CONF_ANY                \
	{                       \
		.ranged = false \
	}
#define CONF_RANGE(low, high)                               \
	{                                                   \
		.ranged = true, .min = (low), .max = (high) \
	}
#define CONF_WORD(x, word) #word,
#define CONF_WORDS(...)                                             \
	{                                                           \
		.words = (const char *const[])                      \
		{                                                   \
			CONF_EACH(CONF_WORD, (__VA_ARGS__), ~) NULL \
		}                                                   \
	}
#define CONF_SECTION(Name, name, kind, help_line) \
	static const struct conf_key CONF_PASTE3(CONF_NAME, name, keys)[] = {
#define CONF_KEY(Section, section, Name, member, type_name, constraint, fallback_text, \
		 help_line, long_text)                                                 \
	{                                                                              \
		.name = #Name,                                                         \
		.type = &conf_type_##type_name,                                        \
		.limits = constraint,                                                  \
		.fallback = fallback_text,                                             \
		.help = help_line,                                                     \
		.text = long_text,                                                     \
		.offset = offsetof(struct CONF_PASTE2(CONF_NAME, section), member),    \
	},
#define CONF_END(Name, name) \
	}                    \
	;
#define CONF_RULE(function)
#include CONF_DEF
#undef CONF_ANY
#undef CONF_RANGE
#undef CONF_WORD
#undef CONF_WORDS
#undef CONF_SECTION
#undef CONF_KEY
#undef CONF_END

/* The sections. */
#define CONF_KIND_SINGLE   false
#define CONF_KIND_REPEATED true
#define CONF_SECTION(Name, name_, kind, help_line)                              \
	{                                                                       \
		.name = #Name,                                                  \
		.help = help_line,                                              \
		.repeated = CONF_KIND_##kind,                                   \
		.offset = offsetof(struct CONF_PASTE2(CONF_NAME, conf), name_), \
		.size = sizeof(struct CONF_PASTE2(CONF_NAME, name_)),           \
		.keys = CONF_PASTE3(CONF_NAME, name_, keys),                    \
		.key_count = sizeof(CONF_PASTE3(CONF_NAME, name_, keys)) /      \
			     sizeof(struct conf_key),                           \
	},
#define CONF_KEY(...)
#define CONF_END(Name, name)
static const struct conf_section CONF_PASTE2(CONF_NAME, sections)[] = {
#include CONF_DEF
};
#undef CONF_KIND_SINGLE
#undef CONF_KIND_REPEATED
#undef CONF_SECTION
#undef CONF_RULE

/* The rules. */
#define CONF_SECTION(Name, name, kind, help)
#define CONF_RULE(function) function##_rule,
static conf_rule *const CONF_PASTE2(CONF_NAME, rules)[] = {
#include CONF_DEF
	NULL
};
#undef CONF_SECTION
#undef CONF_KEY
#undef CONF_END
#undef CONF_RULE

const struct conf_schema CONF_PASTE2(CONF_NAME, schema) = {
	.name = CONF_STRING(CONF_NAME),
	.size = sizeof(struct CONF_PASTE2(CONF_NAME, conf)),
	.sections = CONF_PASTE2(CONF_NAME, sections),
	.section_count = sizeof(CONF_PASTE2(CONF_NAME, sections)) /
			 sizeof(struct conf_section),
	.rules = CONF_PASTE2(CONF_NAME, rules),
};

#undef CONF_NAME
#undef CONF_DEF
