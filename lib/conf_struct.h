/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_struct.h: turns a table into the struct that programs read. Included by
 * lib/schema/NAME.h with CONF_NAME and CONF_DEF defined; it may be included for any
 * number of tables.
 *
 * It declares
 *	enum NAME_SECTION_KEY { NAME_SECTION_KEY_WORD, ... }  for a key with CONF_WORDS
 *	struct NAME_SECTION { ... }                           for a section
 *	struct NAME_conf { ... }                              of all sections
 *	extern const struct conf_schema NAME_schema
 *	int FUNCTION(const struct NAME_conf *, const struct conf *, struct err *)
 *	                                                      for a CONF_RULE
 * In a NAME_conf a SINGLE section is embedded; a REPEATED one, as any list, is
 * { items, count }. A text is never NULL. All memory belongs to the conf.
 */
#include "lib/conf.h"
#include "lib/conf_macros.h"
#include "lib/conf_type.h"

/* The words of enumerations. */
#define CONF_WORD(name, word) CONF_PASTE2(name, word),
#define CONF_WORDED(words, section, key) \
	CONF_ENUM(words, CONF_PASTE3(CONF_NAME, section, key))
#define CONF_ENUM(words, name) enum name { CONF_EACH(CONF_WORD, words, name) };
#define CONF_UNWORDED(words, section, key)
#define CONF_SECTION(Name, name, kind, help)
#define CONF_KEY(Section, section, Name, name, type, constraint, ...) \
	CONF_CALL(CONF_IS_##constraint, section, name)
#define CONF_END(Name, name)
#define CONF_RULE(function)
#include CONF_DEF
#undef CONF_WORD
#undef CONF_WORDED
#undef CONF_ENUM
#undef CONF_UNWORDED
#undef CONF_SECTION
#undef CONF_KEY
#undef CONF_END

/* The sections. */
#define CONF_MEMBER_ENUM(section, key) enum CONF_PASTE3(CONF_NAME, section, key) key;
#define CONF_MEMBER_LIST_ENUM(section, key)                        \
	struct {                                                   \
		enum CONF_PASTE3(CONF_NAME, section, key) * items; \
		size_t count;                                      \
	} key;
#define CONF_WORDED(words, section, key, type)   CONF_MEMBER_##type(section, key)
#define CONF_UNWORDED(words, section, key, type) CONF_C_TYPE(type) key;
#define CONF_SECTION(Name, name, kind, help)     struct CONF_PASTE2(CONF_NAME, name) {
#define CONF_KEY(Section, section, Name, name, type, constraint, ...) \
	CONF_CALL(CONF_IS_##constraint, section, name, type)
#define CONF_END(Name, name) \
	}                    \
	;
#include CONF_DEF
#undef CONF_MEMBER_ENUM
#undef CONF_MEMBER_LIST_ENUM
#undef CONF_WORDED
#undef CONF_UNWORDED
#undef CONF_SECTION
#undef CONF_KEY
#undef CONF_END

/* All of them. */
#define CONF_MEMBER_SINGLE(name) struct CONF_PASTE2(CONF_NAME, name) name;
#define CONF_MEMBER_REPEATED(name)                           \
	struct {                                             \
		struct CONF_PASTE2(CONF_NAME, name) * items; \
		size_t count;                                \
	} name;
#define CONF_SECTION(Name, name, kind, help) CONF_MEMBER_##kind(name)
#define CONF_KEY(...)
#define CONF_END(Name, name)
struct CONF_PASTE2(CONF_NAME, conf) {
#include CONF_DEF
};
#undef CONF_MEMBER_SINGLE
#undef CONF_MEMBER_REPEATED
#undef CONF_SECTION
#undef CONF_RULE

/* The rules. */
#define CONF_SECTION(Name, name, kind, help)
#define CONF_RULE(function)                                            \
	int function(const struct CONF_PASTE2(CONF_NAME, conf) * data, \
		     const struct conf *conf, struct err *err);
#include CONF_DEF
#undef CONF_SECTION
#undef CONF_KEY
#undef CONF_END
#undef CONF_RULE

extern const struct conf_schema CONF_PASTE2(CONF_NAME, schema);

#undef CONF_NAME
#undef CONF_DEF
