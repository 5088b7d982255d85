/* SPDX-License-Identifier: GPL-2.0-or-later */
/* failure.c: keeps and shows why an update failed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/failure.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/log.h"
#include "lib/show_json.h"

enum { FAILURE_VERSION = 1 };

static char *failure_name(const char *image)
{
	return format_text("%s" FAILURE_SUFFIX, image);
}

static char *failure_text(const struct failure *failure)
{
	char when[RECORD_TIME_SIZE], *text;
	json_t *json;

	record_now(when);
	json = json_pack("{s:i, s:o, s:s, s:o}", "version", FAILURE_VERSION, "kernel",
			 show_json_text(failure->kernel), "when", when, "reason",
			 show_json_text(failure->reason));
	if (failure->verified)
		json_object_set(json, "verified", failure->verified);
	text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	json_decref(json);
	return text;
}

void failure_keep(const struct place *place, const char *image,
		  const struct failure *failure)
{
	_cleanup_free_ char *name = failure_name(image);
	_cleanup_free_ char *text = failure_text(failure);
	struct err err = ERR_INIT;

	if (!name || !text)
		err_sys(&err, ENOMEM, "writing %s" FAILURE_SUFFIX, image);
	else
		file_replace(place->fd, name, 0644, text, &err);
	if (err.code)
		log_warning("%s: why the update failed is not kept: %s", place->dir,
			    err.text);
}

bool failure_forget(const struct place *place, const char *image)
{
	_cleanup_free_ char *name = failure_name(image);

	return name && !unlinkat(place->fd, name, 0);
}

json_t *failure_read(const struct place *place, const char *image)
{
	_cleanup_free_ char *name = failure_name(image);
	_cleanup_strbuf_ struct strbuf text;
	_cleanup_close_ int fd = -1;
	json_t *json;

	strbuf_init(&text, 0);
	if (name)
		fd = openat(place->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || file_read_fd(fd, name, &text, NULL))
		return NULL;
	json = json_loadb(text.text, text.length, 0, NULL);
	if (json_integer_value(json_object_get(json, "version")) == FAILURE_VERSION)
		return json;
	json_decref(json);
	return NULL;
}
