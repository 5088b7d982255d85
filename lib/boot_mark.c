/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_mark.c: looks for an image among those that were good. */
#include <fcntl.h>
#include <string.h>

#include <jansson.h>

#include "lib/boot_mark.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static bool is_among(const json_t *list, const char *id)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *image = json_string_value(json_object_get(item, "image"));

		if (image && *id && !strcmp(image, id))
			return true;
	}
	return false;
}

enum boot_mark boot_mark_of(int root_fd, const char *id)
{
	_cleanup_close_ int fd =
		file_open_in_root(root_fd, BOOT_STATE_PATH, O_RDONLY, NULL);
	enum boot_mark mark = BOOT_MARK_UNKNOWN;
	_cleanup_strbuf_ struct strbuf text;
	const json_t *list;
	json_t *state;

	strbuf_init(&text, 0);
	if (fd < 0 || file_read_fd(fd, BOOT_STATE_PATH, &text, NULL))
		return mark;
	state = json_loadb(text.text, text.length, 0, NULL);
	list = json_object_get(state, "good");
	if (json_array_size(list))
		mark = is_among(list, id) ? BOOT_MARK_GOOD : BOOT_MARK_NONE;
	json_decref(state);
	return mark;
}
