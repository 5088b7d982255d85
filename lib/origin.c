/* SPDX-License-Identifier: GPL-2.0-or-later */
/* origin.c: words for where a setting was made. */
#include <stdio.h>
#include <string.h>

#include "lib/origin.h"

static const char folder[] = "etc/bedplate/";

static const char *write_text(struct conf_origin origin, char *buffer, size_t size)
{
	const char *file = origin.file ? origin.file : "";

	if (strncmp(file, folder, strlen(folder)) == 0)
		file += strlen(folder);
	if (origin.line)
		snprintf(buffer, size, "%s:%u", file, origin.line);
	else
		snprintf(buffer, size, "%s", file);
	return buffer;
}

const char *origin_text(const struct conf *conf, const char *section, const char *key,
			size_t index, char *buffer, size_t size)
{
	return write_text(conf_origin(conf, section, key, index), buffer, size);
}

const char *origin_section_text(const struct conf *conf, const char *section,
				const char *key, size_t index, char *buffer, size_t size)
{
	return write_text(conf_place_of(conf, section, key, index), buffer, size);
}

const char *origin_item_text(const struct conf *conf, const char *section,
			     const char *key, size_t index, size_t item, char *buffer,
			     size_t size)
{
	return write_text(conf_item_origin(conf, section, key, index, item), buffer,
			  size);
}
