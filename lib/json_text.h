/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_text.h: texts and flags out of JSON objects, and objects out of lists. */
#ifndef BEDPLATE_LIB_JSON_TEXT_H
#define BEDPLATE_LIB_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

/* The text that an object has under this key; "" where it has none. It belongs to the object. */
static inline const char *json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* Whether an object has true under this key. */
static inline bool json_flag(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

/* The first object of a list that has this text under the key; NULL where none has. It belongs to
 * the list. */
static inline json_t *json_row(const json_t *list, const char *key, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strcmp(json_text(json_array_get(list, i), key), text))
			return json_array_get(list, i);
	return NULL;
}

#endif
