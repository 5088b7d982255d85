/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_value.c: single values: parsed, held in a setting, released; lists of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/conf_private.h"
#include "lib/conf_quote.h"

/* A member points to its own element type; through memcpy it is any list. */
static struct conf_list load_list(const void *value)
{
	struct conf_list list;

	memcpy(&list, value, sizeof(list));
	return list;
}

void conf_value_release(const struct conf_type *type, void *value)
{
	struct conf_list list;

	if (!type->element) {
		if (type->release)
			type->release(value);
		return;
	}
	list = load_list(value);
	for (size_t i = 0; type->element->release && i < list.count; i++)
		type->element->release((char *)list.items + i * type->element->size);
	free(list.items);
	memset(value, 0, sizeof(list));
}

static int add_item(const struct conf_key *key, const char *text, struct conf_list *list,
		    struct err *err)
{
	const struct conf_type *element = key->type->element;
	void *items = list->items;

	/* The room doubles when the count is a power of two. */
	if ((list->count & (list->count - 1)) == 0)
		items = reallocarray(items, list->count ? list->count * 2 : 1,
				     element->size);
	if (!items)
		return err_sys(err, ENOMEM, "keep a list");
	list->items = items;
	items = (char *)items + list->count * element->size;
	memset(items, 0, element->size);
	if (element->parse(text, &key->limits, items, err))
		return -EINVAL;
	list->count++;
	return 0;
}

static int init_list(const struct conf_key *key, const char *text, void *value,
		     struct err *err)
{
	_cleanup_strbuf_ struct strbuf item;
	struct conf_list list = { .items = NULL };
	int rc;

	strbuf_init(&item, 0);
	while ((rc = conf_next_item(&text, &item, err)) > 0) {
		rc = add_item(key, item.text, &list, err);
		if (rc)
			break;
	}
	memcpy(value, &list, sizeof(list));
	if (rc)
		conf_value_release(key->type, value);
	return rc;
}

int conf_value_init(const struct conf_key *key, const char *text, void *value,
		    struct err *err)
{
	_cleanup_strbuf_ struct strbuf plain;
	int rc;

	strbuf_init(&plain, 0);
	memset(value, 0, key->type->size);
	if (key->type->element)
		return init_list(key, text, value, err);
	/* Nothing but texts owns memory, and a text is never NULL. */
	if (!*text && !key->type->release)
		return 0;
	rc = conf_unquote(text, &plain, err);
	return rc ? rc : key->type->parse(plain.text, &key->limits, value, err);
}

int conf_setting_parse(struct conf_setting *setting, const char *text, struct err *err)
{
	int rc;

	setting->value = NULL;
	if (!*text)
		return 0;
	setting->value = calloc(1, setting->key->type->size);
	if (!setting->value)
		return err_sys(err, ENOMEM, "keep a value");
	rc = conf_value_init(setting->key, text, setting->value, err);
	if (rc) {
		free(setting->value);
		setting->value = NULL;
	}
	return rc;
}

void conf_hint_key(const struct conf_key *key, struct err *err)
{
	if (!err || err->hint[0] || err->code == -ENOMEM)
		return;
	err_hint(err, "%s= says: %s%s%s", key->name, key->help,
		 *key->fallback ? "; without it: " : "", key->fallback);
}

int conf_settings_add(struct conf_settings *settings, const struct conf_setting *setting)
{
	if (settings->count == settings->room) {
		size_t room = settings->room ? settings->room * 2 : 16;
		struct conf_setting *items =
			reallocarray(settings->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		settings->items = items;
		settings->room = room;
	}
	settings->items[settings->count++] = *setting;
	return 0;
}

void conf_settings_release(struct conf_settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		struct conf_setting *setting = &settings->items[i];

		if (setting->value)
			conf_value_release(setting->key->type, setting->value);
		free(setting->value);
	}
	free(settings->items);
	*settings = (struct conf_settings){ .items = NULL };
}
