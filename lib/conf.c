/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf.c: a configuration: its values, where they came from, and the checks between
 * them. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/conf_private.h"

const struct conf_section *conf_find_section(const struct conf_schema *schema,
					     const char *name)
{
	for (size_t i = 0; i < schema->section_count; i++)
		if (strcmp(schema->sections[i].name, name) == 0)
			return &schema->sections[i];
	return NULL;
}

const struct conf_key *conf_find_key(const struct conf_section *section, const char *name)
{
	for (size_t i = 0; i < section->key_count; i++)
		if (strcmp(section->keys[i].name, name) == 0)
			return &section->keys[i];
	return NULL;
}

struct conf_block *conf_block_of(const struct conf *conf,
				 const struct conf_section *section)
{
	return &conf->blocks[section - conf->schema->sections];
}

void *conf_instance_data(const struct conf *conf, const struct conf_section *section,
			 size_t index)
{
	char *place = (char *)conf->data + section->offset;
	struct conf_list list;

	if (!section->repeated)
		return place;
	memcpy(&list, place, sizeof(list));
	return (char *)list.items + index * section->size;
}

static void release_instance(const struct conf *conf, const struct conf_section *section,
			     size_t index)
{
	struct conf_instance *instance = &conf_block_of(conf, section)->items[index];
	void *data = conf_instance_data(conf, section, index);

	for (size_t i = 0; i < section->key_count; i++) {
		conf_value_release(section->keys[i].type,
				   conf_value_at(data, &section->keys[i]));
		free(instance->keys[i].items);
	}
	free(instance->keys);
}

/* Fills an instance's struct, which holds nothing yet, with the defaults. */
static int init_instance(struct conf_instance *instance,
			 const struct conf_section *section, void *data)
{
	memset(data, 0, section->size);
	instance->origin = (struct conf_origin){ .file = NULL };
	instance->keys = calloc(section->key_count, sizeof(*instance->keys));
	if (!instance->keys)
		return -ENOMEM;
	for (size_t i = 0; i < section->key_count; i++) {
		const struct conf_key *key = &section->keys[i];

		if (conf_value_init(key, key->fallback, conf_value_at(data, key), NULL))
			return -ENOMEM;
	}
	return 0;
}

/* Adds an instance to a REPEATED section's array, or the only one of a SINGLE section. */
static int add_instance(struct conf *conf, const struct conf_section *section)
{
	struct conf_block *block = conf_block_of(conf, section);
	struct conf_instance *items =
		reallocarray(block->items, block->count + 1, sizeof(*items));
	struct conf_list list;
	char *place = (char *)conf->data + section->offset;
	int rc;

	if (!items)
		return -ENOMEM;
	block->items = items;
	if (section->repeated) {
		memcpy(&list, place, sizeof(list));
		list.items = reallocarray(list.items, list.count + 1, section->size);
		if (!list.items)
			return -ENOMEM;
		memcpy(place, &list, sizeof(list));
	}
	rc = init_instance(&items[block->count], section,
			   conf_instance_data(conf, section, block->count));
	if (rc && !items[block->count].keys)
		return rc;
	block->count++;
	if (section->repeated) {
		list.count = block->count;
		memcpy(place, &list, sizeof(list));
	}
	return rc;
}

struct conf *conf_new(const struct conf_schema *schema)
{
	_cleanup_conf_ struct conf *conf = calloc(1, sizeof(*conf));

	if (!conf)
		return NULL;
	conf->schema = schema;
	conf->data = calloc(1, schema->size);
	conf->blocks = calloc(schema->section_count, sizeof(*conf->blocks));
	if (!conf->data || !conf->blocks)
		return NULL;
	for (size_t i = 0; i < schema->section_count; i++)
		if (!schema->sections[i].repeated &&
		    add_instance(conf, &schema->sections[i]))
			return NULL;
	return steal_pointer(conf);
}

static void release_section(struct conf *conf, const struct conf_section *section)
{
	struct conf_block *block = conf_block_of(conf, section);
	struct conf_list list;

	for (size_t i = 0; i < block->count; i++)
		release_instance(conf, section, i);
	free(block->items);
	if (section->repeated) {
		memcpy(&list, (char *)conf->data + section->offset, sizeof(list));
		free(list.items);
	}
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; conf->data && conf->blocks && i < conf->schema->section_count;
	     i++)
		release_section(conf, &conf->schema->sections[i]);
	for (size_t i = 0; i < conf->name_count; i++)
		free(conf->names[i]);
	free(conf->names);
	free(conf->blocks);
	free(conf->data);
	free(conf);
}

void *conf_data(struct conf *conf)
{
	return conf->data;
}

/* The conf's own copy of a file's name. NULL without memory. */
static const char *keep_name(struct conf *conf, const char *name)
{
	char **names;

	for (size_t i = 0; i < conf->name_count; i++)
		if (strcmp(conf->names[i], name) == 0)
			return conf->names[i];
	names = reallocarray(conf->names, conf->name_count + 1, sizeof(*names));
	if (!names)
		return NULL;
	conf->names = names;
	names[conf->name_count] = strdup(name);
	return names[conf->name_count] ? names[conf->name_count++] : NULL;
}

static int add_source(struct conf_sources *sources, struct conf_origin origin,
		      size_t count)
{
	struct conf_source *items =
		reallocarray(sources->items, sources->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	sources->items = items;
	items[sources->count++] =
		(struct conf_source){ .origin = origin, .count = count };
	return 0;
}

/* Moves the items of `from` behind those of `to`. */
static int append_list(const struct conf_type *type, void *to, void *from)
{
	struct conf_list list, more;
	size_t size = type->element->size;
	char *items;

	memcpy(&list, to, sizeof(list));
	memcpy(&more, from, sizeof(more));
	items = reallocarray(list.items, list.count + more.count + 1, size);
	if (!items)
		return -ENOMEM;
	if (more.count)
		memcpy(items + list.count * size, more.items, more.count * size);
	list.items = items;
	list.count += more.count;
	memcpy(to, &list, sizeof(list));
	free(more.items);
	memset(from, 0, sizeof(more));
	return 0;
}

static size_t list_count(const struct conf_type *type, const void *value)
{
	struct conf_list list = { .count = 0 };

	if (value && type->element)
		memcpy(&list, value, sizeof(list));
	return list.count;
}

static int apply_list(const struct conf_setting *setting, void *place,
		      struct conf_sources *sources, struct conf_origin origin)
{
	size_t count = list_count(setting->key->type, setting->value);

	if (sources->count == 0 || !setting->value) {
		conf_value_release(setting->key->type, place);
		sources->count = 0;
	}
	if (add_source(sources, origin, count))
		return -ENOMEM;
	return setting->value ? append_list(setting->key->type, place, setting->value)
			      : 0;
}

static int apply_scalar(const struct conf_setting *setting, void *place,
			struct conf_sources *sources, struct conf_origin origin)
{
	const struct conf_key *key = setting->key;

	sources->count = 0;
	conf_value_release(key->type, place);
	if (!setting->value)
		return conf_value_init(key, key->fallback, place, NULL);
	memcpy(place, setting->value, key->type->size);
	memset(setting->value, 0, key->type->size);
	return add_source(sources, origin, 1);
}

static int apply_setting(struct conf *conf, const struct conf_setting *setting,
			 const char *name)
{
	struct conf_block *block = conf_block_of(conf, setting->section);
	struct conf_origin origin = { .file = name, .line = setting->line };
	struct conf_sources *sources;
	void *place;

	if (!setting->key) {
		if (add_instance(conf, setting->section))
			return -ENOMEM;
		block->items[block->count - 1].origin = origin;
		return 0;
	}
	place = conf_value_at(
		conf_instance_data(conf, setting->section, block->count - 1),
		setting->key);
	sources = &block->items[block->count - 1]
			   .keys[setting->key - setting->section->keys];
	if (setting->key->type->element)
		return apply_list(setting, place, sources, origin);
	return apply_scalar(setting, place, sources, origin);
}

int conf_apply(struct conf *conf, struct conf_settings *settings, const char *name,
	       struct err *err)
{
	const char *kept = keep_name(conf, name);

	for (size_t i = 0; kept && i < settings->count; i++)
		if (apply_setting(conf, &settings->items[i], kept))
			kept = NULL;
	return kept ? 0 : err_sys(err, ENOMEM, "keep the values of %s", name);
}

int conf_set(struct conf *conf, const char *section, const char *key, const char *value,
	     const char *origin, struct err *err)
{
	struct conf_settings settings = { .items = NULL };
	struct conf_setting setting = { .section = conf_find_section(conf->schema,
								     section) };
	struct err why = ERR_INIT;
	int rc;

	if (!setting.section) {
		conf_unknown_section(conf->schema, section, err);
		return err_wrap(err, "%s", origin);
	}
	if (setting.section->repeated)
		return err_set(err, EINVAL, "%s: [%s] may be there several times", origin,
			       section);
	setting.key = conf_find_key(setting.section, key);
	if (!setting.key) {
		conf_unknown_key(conf->schema, setting.section, key, err);
		return err_wrap(err, "%s", origin);
	}
	rc = conf_setting_parse(&setting, value, &why);
	if (rc) {
		conf_hint_key(setting.key, &why);
		rc = err_set(err, rc == -ENOMEM ? ENOMEM : EINVAL, "%s: [%s] %s: %s",
			     origin, section, key, why.text);
		if (why.hint[0])
			err_hint(err, "%s", why.hint);
		return rc;
	}
	rc = conf_settings_add(&settings, &setting);
	if (rc == 0)
		rc = conf_apply(conf, &settings, origin, err);
	conf_settings_release(&settings);
	return rc;
}

struct conf_origin conf_item_origin(const struct conf *conf, const char *section,
				    const char *key, size_t index, size_t item)
{
	const struct conf_section *in = conf_find_section(conf->schema, section);
	const struct conf_key *of = in ? conf_find_key(in, key) : NULL;
	const struct conf_block *block = in ? conf_block_of(conf, in) : NULL;
	const struct conf_sources *sources;
	size_t i = 0;

	if (!of || index >= block->count)
		return (struct conf_origin){ .file = NULL };
	sources = &block->items[index].keys[of - in->keys];
	if (sources->count == 0)
		return (struct conf_origin){ .file = NULL };
	for (; i + 1 < sources->count && item >= sources->items[i].count; i++)
		item -= sources->items[i].count;
	return sources->items[i].origin;
}

struct conf_origin conf_origin(const struct conf *conf, const char *section,
			       const char *key, size_t index)
{
	return conf_item_origin(conf, section, key, index, SIZE_MAX);
}

/* Where a section's instance begins: its own line, or else that of its first value. */
static struct conf_origin section_origin(const struct conf *conf, const char *section,
					 size_t index)
{
	const struct conf_section *in = conf_find_section(conf->schema, section);
	const struct conf_block *block = in ? conf_block_of(conf, in) : NULL;
	struct conf_origin first = { .file = NULL };

	if (block && index < block->count)
		first = block->items[index].origin;
	for (size_t i = 0;
	     !first.file && block && index < block->count && i < in->key_count; i++) {
		const struct conf_sources *sources = &block->items[index].keys[i];

		if (sources->count)
			first = sources->items[0].origin;
	}
	if (!first.file && conf->name_count == 1)
		first.file = conf->names[0];
	return first;
}

static struct conf_origin place_of(const struct conf *conf, const char *section,
				   const char *key, size_t index, size_t item)
{
	struct conf_origin origin = conf_item_origin(conf, section, key, index, item);

	return origin.file ? origin : section_origin(conf, section, index);
}

struct conf_origin conf_place_of(const struct conf *conf, const char *section,
				 const char *key, size_t index)
{
	return place_of(conf, section, key, index, SIZE_MAX);
}

/* What the key is for is the least that helps; rules often know better, and say so after. */
static void hint_key(const struct conf *conf, const char *section, const char *key,
		     struct err *err)
{
	const struct conf_section *in = conf_find_section(conf->schema, section);
	const struct conf_key *of = in ? conf_find_key(in, key) : NULL;

	if (of)
		conf_hint_key(of, err);
}

static int fail_at(const struct conf *conf, struct conf_origin origin,
		   const char *section, const char *key, struct err *err,
		   const char *words)
{
	if (!origin.file)
		err_set(err, EINVAL, "[%s] %s: %s", section, key, words);
	else if (origin.line == 0)
		err_set(err, EINVAL, "%s: [%s] %s: %s", origin.file, section, key, words);
	else
		err_set(err, EINVAL, "%s:%u: [%s] %s: %s", origin.file, origin.line,
			section, key, words);
	hint_key(conf, section, key, err);
	err_mistake(err);
	return -EINVAL;
}

int conf_fail(const struct conf *conf, const char *section, const char *key, size_t index,
	      struct err *err, const char *fmt, ...)
{
	char words[ERR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	return fail_at(conf, place_of(conf, section, key, index, SIZE_MAX), section, key,
		       err, words);
}

int conf_refuse(const struct conf *conf, const char *section, const char *key,
		size_t index, struct err *err, const char *hint, const char *fmt, ...)
{
	char words[ERR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	fail_at(conf, place_of(conf, section, key, index, SIZE_MAX), section, key, err,
		words);
	if (hint && *hint)
		err_hint(err, "%s", hint);
	return -EINVAL;
}

int conf_fail_item(const struct conf *conf, const char *section, const char *key,
		   size_t index, size_t item, struct err *err, const char *fmt, ...)
{
	char words[ERR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	return fail_at(conf, place_of(conf, section, key, index, item), section, key, err,
		       words);
}

int conf_check(const struct conf *conf, struct err *err)
{
	struct conf_errors errors;

	conf_errors_init(&errors);
	for (conf_rule *const *rule = conf->schema->rules; *rule; rule++) {
		struct err why = ERR_INIT;

		if ((*rule)(conf->data, conf, &why))
			conf_errors_add(&errors, &why);
	}
	return conf_errors_finish(&errors, err);
}
