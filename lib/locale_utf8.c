/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locale_utf8.c: reads the environment's locale. */
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/locale_utf8.h"

bool locale_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}
