/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state.c: reads and changes what bedplate boot remembers. */
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdio.h>
#include <string.h>

#include "boot/state.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/record.h"
#include "lib/strbuf.h"

enum { STATE_VERSION = 1, GOOD_MAX = 32 };

int state_read(struct state *state, int root_fd, struct err *err)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, STATE_PATH, O_RDONLY, NULL);
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	state_release(state);
	if (fd >= 0 && !file_read_fd(fd, STATE_PATH, &text, NULL))
		state->json = json_loadb(text.text, text.length, 0, NULL);
	if (fd >= 0 && json_integer_value(json_object_get(state->json, "version")) !=
			       STATE_VERSION) {
		log_warning("/" STATE_PATH " is no state of bedplate boot: begun anew");
		state_release(state);
	}
	if (!state->json)
		state->json = json_pack("{s:i, s:[]}", "version", STATE_VERSION, "good");
	return state->json ? 0 : err_sys(err, ENOMEM, "reading /" STATE_PATH);
}

void state_release(struct state *state)
{
	json_decref(state->json);
	state->json = NULL;
}

char *state_text(const struct state *state)
{
	_cleanup_free_ char *text = json_dumps(state->json, JSON_INDENT(1));
	char *line;

	return text && asprintf(&line, "%s\n", text) >= 0 ? line : NULL;
}

bool state_is_empty(const struct state *state)
{
	return !json_array_size(json_object_get(state->json, "good")) &&
	       !json_object_get(state->json, "trial") &&
	       !json_object_size(json_object_get(state->json, "written"));
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_t *note(const char *image, const char *kernel, const char *key)
{
	char now[RECORD_TIME_SIZE];

	record_now(now);
	return json_pack("{s:s, s:s, s:s}", "image", image, "kernel", kernel, key, now);
}

static size_t good_index(const struct state *state, const char *image)
{
	const json_t *list = json_object_get(state->json, "good");
	size_t i = 0;

	while (i < json_array_size(list) &&
	       strcmp(text_of(json_array_get(list, i), "image"), image) != 0)
		i++;
	return i;
}

bool state_is_good(const struct state *state, const char *image)
{
	return *image && good_index(state, image) <
				 json_array_size(json_object_get(state->json, "good"));
}

const char *state_last_good(const struct state *state,
			    bool (*exists)(const char *image, const void *data),
			    const void *data)
{
	const json_t *list = json_object_get(state->json, "good");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *image = text_of(json_array_get(list, i), "image");

		if (exists(image, data))
			return image;
	}
	return NULL;
}

void state_set_good(struct state *state, const char *image, const char *kernel)
{
	json_t *list = json_object_get(state->json, "good");
	size_t index = good_index(state, image);

	/* Every boot is marked, and the file changes only when another image was. */
	if (!index && json_array_size(list))
		return;
	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(state->json, "good", list);
	}
	json_array_remove(list, index);
	json_array_insert_new(list, 0, note(image, kernel, "when"));
	json_array_remove(list, GOOD_MAX);
}

const char *state_trial(const struct state *state, bool *failed)
{
	const json_t *trial = json_object_get(state->json, "trial");

	*failed = json_object_get(trial, "failed") != NULL;
	return json_string_value(json_object_get(trial, "image"));
}

void state_begin_trial(struct state *state, const char *image, const char *kernel)
{
	json_object_set_new(state->json, "trial", note(image, kernel, "since"));
}

void state_fail_trial(struct state *state)
{
	json_t *trial = json_object_get(state->json, "trial");
	char now[RECORD_TIME_SIZE];

	if (!trial || json_object_get(trial, "failed"))
		return;
	record_now(now);
	json_object_set_new(trial, "failed", json_string(now));
}

void state_end_trial(struct state *state)
{
	json_object_del(state->json, "trial");
}

static void digest(const char *text, char out[17])
{
	snprintf(out, 17, "%016llx",
		 (unsigned long long)lzma_crc64((const uint8_t *)text, strlen(text), 0));
}

int state_was_written(const struct state *state, const char *path, const char *text)
{
	const json_t *written = json_object_get(state->json, "written");
	const char *then = json_string_value(json_object_get(written, path));
	char now[17];

	if (!then)
		return 0;
	digest(text, now);
	return strcmp(then, now) == 0 ? 1 : -1;
}

void state_set_written(struct state *state, const char *path, const char *text)
{
	json_t *written = json_object_get(state->json, "written");
	char now[17];

	if (!text) {
		json_object_del(written, path);
		return;
	}
	digest(text, now);
	if (!written) {
		written = json_object();
		json_object_set_new(state->json, "written", written);
	}
	json_object_set_new(written, path, json_string(now));
}
