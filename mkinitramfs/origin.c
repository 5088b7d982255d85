/* SPDX-License-Identifier: GPL-2.0-or-later */
/* origin.c: words for where a setting was made. */
#include <stdio.h>
#include <string.h>

#include "mkinitramfs/origin.h"

static const char folder[] = "etc/bedplate/";

const char *origin_text(const struct conf *conf, const char *section, const char *key,
			size_t index, char *buffer, size_t size)
{
	struct conf_origin origin = conf_origin(conf, section, key, index);
	const char *file = origin.file ? origin.file : "";

	if (strncmp(file, folder, strlen(folder)) == 0)
		file += strlen(folder);
	if (origin.line)
		snprintf(buffer, size, "%s:%u", file, origin.line);
	else
		snprintf(buffer, size, "%s", file);
	return buffer;
}
