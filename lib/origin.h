/* SPDX-License-Identifier: GPL-2.0-or-later */
/* origin.h: where a setting was made, in the words that go into an image and into messages. */
#ifndef BEDPLATE_LIB_ORIGIN_H
#define BEDPLATE_LIB_ORIGIN_H

#include <stddef.h>

#include "lib/conf.h"

enum { ORIGIN_MAX = 160 };

/* Writes "host.conf:12" or "guests/web.conf:3" (the path below /etc/bedplate) for a key of
 * a section's instance; "" where it has its default. Returns `buffer`. */
const char *origin_text(const struct conf *conf, const char *section, const char *key,
			size_t index, char *buffer, size_t size);

/* The same, but for a key that has its default the line of its section. */
const char *origin_section_text(const struct conf *conf, const char *section,
				const char *key, size_t index, char *buffer, size_t size);

/* The same as origin_text for one item of a list. */
const char *origin_item_text(const struct conf *conf, const char *section,
			     const char *key, size_t index, size_t item, char *buffer,
			     size_t size);

#endif
