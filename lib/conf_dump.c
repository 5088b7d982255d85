/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_dump.c: a configuration as text that reads back to the same values. */
#include <string.h>

#include "lib/conf_private.h"
#include "lib/conf_quote.h"

enum { WIDTH = 88 };

struct dump {
	const struct conf *conf;
	unsigned flags;
	struct strbuf *out;
};

/* Files are named by people: a line break in a name must not end the comment. */
static void dump_origin(struct dump *dump, const struct conf_origin *origin)
{
	if (!(dump->flags & CONF_DUMP_ORIGINS))
		return;
	strbuf_adds(dump->out, "# ");
	if (!origin) {
		strbuf_adds(dump->out, "default\n");
		return;
	}
	for (const char *c = origin->file; *c; c++)
		strbuf_addc(dump->out, (unsigned char)*c < 0x20 ? '?' : *c);
	if (origin->line)
		strbuf_addf(dump->out, ":%u", origin->line);
	strbuf_addc(dump->out, '\n');
}

/* Items `from` to `to`; the list goes on in another line of the same key where one is
 * full. */
static void dump_items(struct dump *dump, const struct conf_key *key,
		       const struct conf_list *list, size_t from, size_t to)
{
	const struct conf_type *element = key->type->element;
	_cleanup_strbuf_ struct strbuf text, line;

	strbuf_init(&text, 0);
	strbuf_init(&line, 0);
	for (size_t i = from; i < to; i++) {
		strbuf_truncate(&text, 0);
		element->format((char *)list->items + i * element->size, &key->limits,
				&text);
		if (line.length && line.length + text.length >= WIDTH) {
			strbuf_addf(dump->out, "%s=%s\n", key->name, line.text);
			strbuf_truncate(&line, 0);
		}
		if (line.length)
			strbuf_addc(&line, ' ');
		conf_quote(text.text, CONF_AS_ITEM, &line);
	}
	strbuf_addf(dump->out, "%s=%s\n", key->name, line.text);
}

static void dump_list(struct dump *dump, const struct conf_key *key, const void *value,
		      const struct conf_sources *sources)
{
	struct conf_list list;
	size_t from = 0;

	memcpy(&list, value, sizeof(list));
	if (sources->count == 0)
		dump_origin(dump, NULL);
	if (sources->count == 0 || !(dump->flags & CONF_DUMP_ORIGINS)) {
		dump_items(dump, key, &list, 0, list.count);
		return;
	}
	for (size_t i = 0; i < sources->count; i++) {
		const struct conf_source *source = &sources->items[i];

		dump_origin(dump, &source->origin);
		dump_items(dump, key, &list, from, from + source->count);
		from += source->count;
	}
}

static void dump_scalar(struct dump *dump, const struct conf_key *key, const void *value,
			const struct conf_sources *sources)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	key->type->format(value, &key->limits, &text);
	dump_origin(dump, sources->count ? &sources->items[0].origin : NULL);
	if (text.length && key->type == &conf_type_SECRET &&
	    (dump->flags & CONF_DUMP_PUBLIC)) {
		strbuf_addf(dump->out, "# %s= is set, and not shown\n", key->name);
		return;
	}
	strbuf_addf(dump->out, "%s=", key->name);
	/* Nothing behind the '=' is the default; a text that someone made empty is "". */
	if (text.length || sources->count)
		conf_quote(text.text, CONF_AS_VALUE, dump->out);
	strbuf_addc(dump->out, '\n');
}

static void dump_instance(struct dump *dump, const struct conf_section *section,
			  size_t index)
{
	const struct conf_instance *instance =
		&conf_block_of(dump->conf, section)->items[index];
	void *data = conf_instance_data(dump->conf, section, index);

	for (size_t i = 0; i < section->key_count; i++) {
		const struct conf_key *key = &section->keys[i];
		const void *value = conf_value_at(data, key);

		if (instance->keys[i].count == 0 && !(dump->flags & CONF_DUMP_DEFAULTS))
			continue;
		if (key->type->element)
			dump_list(dump, key, value, &instance->keys[i]);
		else
			dump_scalar(dump, key, value, &instance->keys[i]);
	}
}

static bool is_untouched(const struct conf_block *block,
			 const struct conf_section *section)
{
	for (size_t i = 0; i < section->key_count; i++)
		if (block->items[0].keys[i].count)
			return false;
	return true;
}

void conf_dump(const struct conf *conf, unsigned flags, struct strbuf *out)
{
	struct dump dump = { .conf = conf, .flags = flags, .out = out };

	for (size_t i = 0; i < conf->schema->section_count; i++) {
		const struct conf_section *section = &conf->schema->sections[i];
		const struct conf_block *block = conf_block_of(conf, section);

		if (!section->repeated && !(flags & CONF_DUMP_DEFAULTS) &&
		    is_untouched(block, section))
			continue;
		for (size_t j = 0; j < block->count; j++) {
			strbuf_addf(out, "%s[%s]\n", out->length ? "\n" : "",
				    section->name);
			dump_instance(&dump, section, j);
		}
	}
}
