/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_text.h: texts out of JSON objects. */
#ifndef BEDPLATE_LIB_JSON_TEXT_H
#define BEDPLATE_LIB_JSON_TEXT_H

#include <jansson.h>

/* The text that an object has under this key; "" where it has none. It belongs to the object. */
static inline const char *json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

#endif
