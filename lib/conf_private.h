/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_private.h: what the files of the schema engine share.
 *
 * How it works: reading makes a list of settings, each a value that was already parsed
 * and checked. Only when the whole file was good are they moved into the conf
 * (conf_apply), so a bad file changes nothing. Beside the struct that programs read,
 * the conf keeps for every key of every section instance the origins of its value: none
 * is the default, a scalar has one, a list one for each line that added to it.
 */
#ifndef BEDPLATE_LIB_CONF_PRIVATE_H
#define BEDPLATE_LIB_CONF_PRIVATE_H

#include "lib/conf_schema.h"

struct conf_source {
	struct conf_origin origin;
	size_t count; /* how many items of a list came from there */
};

struct conf_sources {
	struct conf_source *items;
	size_t count;
};

/* A section's instance: the sources of its keys, in the order of the table. */
struct conf_instance {
	struct conf_sources *keys;
	struct conf_origin origin; /* of the line that opened it; of a REPEATED one */
};

struct conf_block {
	struct conf_instance *items;
	size_t count;
};

struct conf {
	const struct conf_schema *schema;
	void *data;
	struct conf_block *blocks; /* one a section */
	char **names;              /* of files; origins point to them */
	size_t name_count;
	bool keeps_good; /* conf_keep_good */
};

/* A line that was read: a value that is not yet in the conf. */
struct conf_setting {
	const struct conf_section *section;
	const struct conf_key *key; /* NULL starts an instance of a REPEATED section */
	unsigned line;
	void *value; /* NULL is the empty value */
};

struct conf_settings {
	struct conf_setting *items;
	size_t count;
	size_t room;
};

const struct conf_section *conf_find_section(const struct conf_schema *schema,
					     const char *name);
const struct conf_key *conf_find_key(const struct conf_section *section,
				     const char *name);

/* The struct of a section's instance; the place of a key's value in it. */
void *conf_instance_data(const struct conf *conf, const struct conf_section *section,
			 size_t index);
static inline void *conf_value_at(void *instance, const struct conf_key *key)
{
	return (char *)instance + key->offset;
}

struct conf_block *conf_block_of(const struct conf *conf,
				 const struct conf_section *section);

/* Parses a value's text as it stands in a file, quotes and all. The setting owns the
 * value. */
int conf_setting_parse(struct conf_setting *setting, const char *text, struct err *err);

/* Says what the key is for, unless there is a hint already or memory ran out. */
void conf_hint_key(const struct conf_key *key, struct err *err);

/* Adds a setting, which is then owned by the list. */
int conf_settings_add(struct conf_settings *settings, const struct conf_setting *setting);
void conf_settings_release(struct conf_settings *settings);

/* Moves the settings into the conf; it fails only without memory. */
int conf_apply(struct conf *conf, struct conf_settings *settings, const char *name,
	       struct err *err);

/* Parses a text into a value whose place holds nothing yet; "" makes its zero. */
int conf_value_init(const struct conf_key *key, const char *text, void *value,
		    struct err *err);
void conf_value_release(const struct conf_type *type, void *value);

/* Lines of a file as inih wants them; see conf_reader.c. */
struct conf_reader {
	const char *text;
	size_t length, at;
	unsigned line;         /* of the text behind `at`, from 0 */
	const char *name;      /* for messages */
	struct strbuf pending; /* the current logical line and the newlines that make up
				  for it */
	size_t pending_at;
	struct conf_errors *errors;
};

void conf_reader_init(struct conf_reader *reader, const char *name, const char *text,
		      size_t length, struct conf_errors *errors);
void conf_reader_release(struct conf_reader *reader);

/* As fgets(3) from the reader. */
char *conf_reader_gets(char *buffer, int size, void *reader);

/* Reads a text that may hold anything. */
int conf_read_bytes(struct conf *conf, const char *name, const char *text, size_t length,
		    struct err *err);

/* Say that there is no such section or key, with what was probably meant. -EINVAL. */
int conf_unknown_section(const struct conf_schema *schema, const char *name,
			 struct err *err);
int conf_unknown_key(const struct conf_schema *schema, const struct conf_section *section,
		     const char *name, struct err *err);

#endif
