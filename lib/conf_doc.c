/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_doc.c: what a table says to people and to shells: samples, manual pages, word
 * lists. */
#include <string.h>

#include "lib/conf_private.h"

enum { WIDTH = 78 };

static const struct conf_type *item_type(const struct conf_key *key)
{
	return key->type->element ? key->type->element : key->type;
}

/* A table's word as it stands in a file. */
static void add_word(struct strbuf *out, const char *word)
{
	for (; *word; word++)
		strbuf_addc(out, *word == '_' ? '-' : *word);
}

static void add_words(struct strbuf *out, const char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		if (i)
			strbuf_adds(out, words[i + 1] ? ", " : " or ");
		add_word(out, words[i]);
	}
}

/* A bound in the type's own notation. */
static void add_bound(struct strbuf *out, const struct conf_key *key, int64_t bound)
{
	item_type(key)->format(&bound, &key->limits, out);
}

/* What may stand behind the '=', as a sentence's end. */
static void describe(struct strbuf *out, const struct conf_key *key)
{
	if (key->type->element)
		strbuf_adds(out, "a list parted by white space, each item ");
	if (key->limits.words)
		add_words(out, key->limits.words);
	else
		strbuf_adds(out, item_type(key)->grammar);
	if (!key->limits.ranged)
		return;
	strbuf_adds(out, ", between ");
	add_bound(out, key, key->limits.min);
	strbuf_adds(out, " and ");
	add_bound(out, key, key->limits.max);
}

/* Adds the text in comment lines of at most WIDTH columns. */
static void add_comment(struct strbuf *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t length = strcspn(text, " \n");

		if (column == 0 || column + 1 + length > WIDTH) {
			strbuf_adds(out, column ? "\n#" : "#");
			column = 1;
		}
		strbuf_addf(out, " %.*s", (int)length, text);
		column += 1 + length;
		text += length;
		text += strspn(text, " \n");
	}
	if (column)
		strbuf_addc(out, '\n');
}

static void sample_key(const struct conf_key *key, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	strbuf_addf(&text, "%s. Takes ", key->help);
	describe(&text, key);
	strbuf_addc(&text, '.');
	strbuf_addc(out, '\n');
	add_comment(out, text.text);
	add_comment(out, key->text);
	strbuf_addf(out, "#%s=%s\n", key->name, key->fallback);
}

void conf_write_sample(const struct conf_schema *schema, struct strbuf *out)
{
	strbuf_addf(out,
		    "# What may stand in this file, with the defaults. See %s.conf(5).\n",
		    schema->name);
	for (size_t i = 0; i < schema->section_count; i++) {
		const struct conf_section *section = &schema->sections[i];

		strbuf_addc(out, '\n');
		add_comment(out, section->help);
		strbuf_addf(out, "%s[%s]\n", section->repeated ? "#" : "", section->name);
		for (size_t j = 0; j < section->key_count; j++)
			sample_key(&section->keys[j], out);
	}
}

/* Adds a text in which scdoc shall see nothing of its own. */
static void add_scdoc(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\*_#<[|", *text))
			strbuf_addc(out, '\\');
		strbuf_addc(out, *text);
	}
}

static void man_key(const struct conf_key *key, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf values;

	strbuf_init(&values, 0);
	describe(&values, key);
	strbuf_addf(out, "*%s=*\n\t", key->name);
	add_scdoc(out, key->help);
	strbuf_adds(out, ". Takes ");
	add_scdoc(out, values.text);
	strbuf_adds(out, ".");
	if (*key->fallback) {
		strbuf_adds(out, " Default: *");
		add_scdoc(out, key->fallback);
		strbuf_adds(out, "*.");
	}
	if (*key->text) {
		strbuf_adds(out, "\n\n\t");
		add_scdoc(out, key->text);
	}
	strbuf_adds(out, "\n\n");
}

void conf_write_man(const struct conf_schema *schema, struct strbuf *out)
{
	for (size_t i = 0; i < schema->section_count; i++) {
		const struct conf_section *section = &schema->sections[i];

		strbuf_addf(out, "# [%s] SECTION\n\n", section->name);
		add_scdoc(out, section->help);
		strbuf_adds(out,
			    section->repeated
				    ? ". It may stand several times, once for each.\n\n"
				    : ".\n\n");
		for (size_t j = 0; j < section->key_count; j++)
			man_key(&section->keys[j], out);
	}
}

static void add_json(struct strbuf *out, const char *text)
{
	strbuf_addc(out, '"');
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20)
			strbuf_addf(out, "\\u%04x", (unsigned char)*text);
		else
			strbuf_addf(out, strchr("\"\\", *text) ? "\\%c" : "%c", *text);
	}
	strbuf_addc(out, '"');
}

static void json_member(struct strbuf *out, const char *name, const char *text)
{
	strbuf_addf(out, ", \"%s\": ", name);
	add_json(out, text);
}

static void json_key(const struct conf_section *section, const struct conf_key *key,
		     struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf values;

	strbuf_init(&values, 0);
	describe(&values, key);
	strbuf_adds(out, "{\"section\": ");
	add_json(out, section->name);
	json_member(out, "key", key->name);
	json_member(out, "type", item_type(key)->name);
	strbuf_addf(out, ", \"list\": %s, \"repeated\": %s",
		    key->type->element ? "true" : "false",
		    section->repeated ? "true" : "false");
	json_member(out, "default", key->fallback);
	json_member(out, "values", values.text);
	json_member(out, "help", key->help);
	json_member(out, "text", key->text);
	strbuf_addc(out, '}');
}

void conf_write_json(const struct conf_schema *schema, struct strbuf *out)
{
	const char *comma = "\n";

	strbuf_adds(out, "{\"schema\": ");
	add_json(out, schema->name);
	strbuf_adds(out, ", \"keys\": [");
	for (size_t i = 0; i < schema->section_count; i++) {
		const struct conf_section *section = &schema->sections[i];

		for (size_t j = 0; j < section->key_count; j++) {
			strbuf_adds(out, comma);
			json_key(section, &section->keys[j], out);
			comma = ",\n";
		}
	}
	strbuf_adds(out, "\n]}\n");
}

void conf_write_words(const struct conf_schema *schema, struct strbuf *out)
{
	static const char *const switches[] = { "yes", "no", NULL };
	static const char *const nothing[] = { "", NULL };

	for (size_t i = 0; i < schema->section_count; i++) {
		const struct conf_section *section = &schema->sections[i];

		for (size_t j = 0; j < section->key_count; j++) {
			const struct conf_key *key = &section->keys[j];
			const char *const *words = key->limits.words;

			if (!words)
				words = item_type(key) == &conf_type_BOOL ? switches
									  : nothing;
			for (; *words; words++) {
				strbuf_addf(out, "%s.%s=", section->name, key->name);
				add_word(out, *words);
				strbuf_addc(out, '\n');
			}
		}
	}
}
