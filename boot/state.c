/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state.c: reads and changes what bedplate boot remembers. */
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdio.h>
#include <string.h>

#include "boot/line.h"
#include "boot/state.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"
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
	if (file_read_line(root_fd, "proc/sys/kernel/random/boot_id", state->boot,
			   sizeof(state->boot), NULL))
		state->boot[0] = '\0';
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
	       !json_object_get(state->json, "line") &&
	       !json_object_get(state->json, "efi_id") &&
	       !json_object_size(json_object_get(state->json, "written"));
}

static uint64_t sum(const char *text, uint64_t before)
{
	return lzma_crc64((const uint8_t *)text, strlen(text) + 1, before);
}

static void digest(const char *text, char out[DIGEST_TEXT_SIZE])
{
	digest_write(lzma_crc64((const uint8_t *)text, strlen(text), 0), out);
}

void booted_key(const struct booted *booted, char key[DIGEST_TEXT_SIZE])
{
	uint64_t all = sum(booted->image, 0);

	all = sum(booted->kernel_id ? booted->kernel_id : "", all);
	all = sum(booted->cmdline ? booted->cmdline : "", all);
	digest_write(all, key);
}

static void note_boot(const struct state *state, json_t *into)
{
	if (*state->boot)
		json_object_set_new(into, "boot", json_string(state->boot));
}

static bool is_of_now(const struct state *state, const json_t *noted)
{
	return *state->boot && !strcmp(json_text(noted, "boot"), state->boot);
}

static json_t *note(const struct state *state, const struct booted *booted,
		    const char *key)
{
	char now[RECORD_TIME_SIZE];
	json_t *noted;

	record_now(now);
	noted = json_pack("{s:s, s:s, s:s, s:s*, s:s}", "image", booted->image, "kernel",
			  booted->version, "kernel_id",
			  booted->kernel_id ? booted->kernel_id : "", "cmdline",
			  booted->cmdline, key, now);
	note_boot(state, noted);
	return noted;
}

static void get(const json_t *object, struct booted *booted)
{
	booted->image = json_text(object, "image");
	booted->version = json_text(object, "kernel");
	booted->kernel_id = json_string_value(json_object_get(object, "kernel_id"));
	booted->cmdline = json_string_value(json_object_get(object, "cmdline"));
}

/* ---- good boots ---- */

bool state_good(const struct state *state, size_t index, struct booted *good)
{
	const json_t *item = json_array_get(json_object_get(state->json, "good"), index);

	get(item, good);
	return item;
}

static bool is_known(const char *text)
{
	return text && *text;
}

bool booted_is(const struct booted *remembered, const struct booted *booted)
{
	if (!*booted->image || strcmp(remembered->image, booted->image) != 0)
		return false;
	if (is_known(remembered->kernel_id) && is_known(booted->kernel_id) &&
	    strcmp(remembered->kernel_id, booted->kernel_id) != 0)
		return false;
	return !remembered->cmdline || !booted->cmdline ||
	       !strcmp(remembered->cmdline, booted->cmdline);
}

bool state_is_good(const struct state *state, const struct booted *booted)
{
	struct booted good;

	for (size_t i = 0; state_good(state, i, &good); i++)
		if (booted_is(&good, booted))
			return true;
	return false;
}

const char *state_good_kernel_now(const struct state *state, const struct booted *booted)
{
	const json_t *list = json_object_get(state->json, "good");
	struct booted good;

	for (size_t i = 0; state_good(state, i, &good); i++)
		if (is_of_now(state, json_array_get(list, i)) &&
		    is_known(good.kernel_id) && booted_is(&good, booted))
			return good.kernel_id;
	return NULL;
}

bool state_has_proven(const struct state *state, const char *cmdline)
{
	bool any = false;
	struct booted good;

	for (size_t i = 0; *cmdline && state_good(state, i, &good); i++) {
		if (good.cmdline && !strcmp(good.cmdline, cmdline))
			return true;
		any |= good.cmdline != NULL;
	}
	return !any;
}

const char *state_good_line(const struct state *state)
{
	struct booted good;

	for (size_t i = 0; state_good(state, i, &good); i++)
		if (good.cmdline)
			return good.cmdline;
	return NULL;
}

/* Takes a line in place of the longest so far, if it is one. */
static void choose_line(const char *line, const char *running, const char **longest,
			int *length)
{
	int count = line ? line_find(line, running) : -1;

	if (count <= *length)
		return;
	*longest = line;
	*length = count;
}

const char *state_running_line(const struct state *state, const char *present,
			       const char *running)
{
	const char *longest = "";
	struct booted booted;
	int length = 0;
	bool failed;

	choose_line(present, running, &longest, &length);
	if (state_trial(state, &booted, &failed))
		choose_line(booted.cmdline, running, &longest, &length);
	for (size_t i = 0; state_good(state, i, &booted); i++)
		choose_line(booted.cmdline, running, &longest, &length);
	return longest;
}

static bool is_equal(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* A record that tells less of the same boot gives way as well. */
static bool is_told_by(const struct booted *good, const struct booted *booted)
{
	return !strcmp(good->image, booted->image) &&
	       (!good->kernel_id || is_equal(good->kernel_id, booted->kernel_id)) &&
	       (!good->cmdline ||
		(booted->cmdline && !strcmp(good->cmdline, booted->cmdline)));
}

void state_set_good(struct state *state, const struct booted *booted)
{
	json_t *list = json_object_get(state->json, "good");
	struct booted good;

	/* Every boot is marked; again in the same one the file does not change. */
	if (state_good(state, 0, &good) && good.kernel_id && good.cmdline &&
	    is_told_by(&good, booted)) {
		note_boot(state, json_array_get(list, 0));
		return;
	}
	/* Nor would it then tell more than it does. */
	for (size_t i = 0; !booted->cmdline && state_good(state, i, &good); i++)
		if (booted_is(&good, booted)) {
			note_boot(state, json_array_get(list, i));
			return;
		}
	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(state->json, "good", list);
	}
	for (size_t i = json_array_size(list); i-- > 0;)
		if (state_good(state, i, &good) && is_told_by(&good, booted))
			json_array_remove(list, i);
	json_array_insert_new(list, 0, note(state, booted, "when"));
	json_array_remove(list, GOOD_MAX);
}

static bool lacks_root(const struct booted *good)
{
	return good->cmdline && !line_has(good->cmdline, "root");
}

bool state_lacks_root(const struct state *state)
{
	struct booted good;

	for (size_t i = 0; state_good(state, i, &good); i++)
		if (lacks_root(&good))
			return true;
	return false;
}

void state_add_root(struct state *state, const char *root)
{
	const json_t *list = json_object_get(state->json, "good");
	struct booted good;

	for (size_t i = 0; state_good(state, i, &good); i++) {
		if (!lacks_root(&good))
			continue;
		if (root)
			json_object_set_new(json_array_get(list, i), "cmdline",
					    json_sprintf("%s%s%s", root,
							 *good.cmdline ? " " : "",
							 good.cmdline));
		else
			json_object_del(json_array_get(list, i), "cmdline");
	}
}

bool state_applied_line(const struct state *state, const char **line)
{
	const json_t *value = json_object_get(state->json, "line");

	*line = json_string_value(value);
	return value;
}

void state_set_applied_line(struct state *state, const char *line)
{
	const char *before;

	if (state_applied_line(state, &before)
		    ? is_equal(before, line) && !before == !line
		    : !line)
		return;
	json_object_set_new(state->json, "line", line ? json_string(line) : json_null());
}

/* ---- the trial ---- */

bool state_trial(const struct state *state, struct booted *trial, bool *failed)
{
	const json_t *object = json_object_get(state->json, "trial");

	get(object, trial);
	/* Of an older version: not ours. */
	if (trial->cmdline && !*trial->cmdline)
		trial->cmdline = NULL;
	*failed = json_object_get(object, "failed") != NULL;
	return *trial->image;
}

bool state_trial_is_of_now(const struct state *state)
{
	return is_of_now(state, json_object_get(state->json, "trial"));
}

bool state_trial_is(const struct state *state, const struct booted *booted, bool *failed)
{
	struct booted trial;

	return state_trial(state, &trial, failed) && booted_is(&trial, booted);
}

void state_begin_trial(struct state *state, const struct booted *booted)
{
	json_object_set_new(state->json, "trial", note(state, booted, "since"));
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

const char *state_efi_id(const struct state *state)
{
	return json_string_value(json_object_get(state->json, "efi_id"));
}

void state_set_efi_id(struct state *state, const char *id)
{
	if (!state_efi_id(state))
		json_object_set_new(state->json, "efi_id", json_string(id));
}

int state_was_written(const struct state *state, const char *path, const char *text)
{
	const json_t *then =
		json_object_get(json_object_get(state->json, "written"), path);
	const char *after =
		json_string_value(json_is_array(then) ? json_array_get(then, 0) : then);
	const char *before = json_string_value(json_array_get(then, 1));
	char now[DIGEST_TEXT_SIZE];

	if (!after)
		return 0;
	digest(text, now);
	if (!strcmp(after, now))
		return 1;
	if (!before || strcmp(before, now) != 0)
		return -1;
	return json_array_size(then) > 2 ? 0 : 1;
}

void state_set_writing(struct state *state, const char *path, const char *before,
		       const char *after, bool ours)
{
	json_t *written = json_object_get(state->json, "written");
	char old[DIGEST_TEXT_SIZE], new[DIGEST_TEXT_SIZE];

	digest(before ? before : "", old);
	digest(after, new);
	if (!json_is_object(written)) {
		written = json_object();
		json_object_set_new(state->json, "written", written);
	}
	json_object_set_new(written, path,
			    ours ? json_pack("[s, s]", new, old)
				 : json_pack("[s, s, s]", new, old, "theirs"));
}

void state_set_written(struct state *state, const char *path, const char *text)
{
	json_t *written = json_object_get(state->json, "written");
	char now[DIGEST_TEXT_SIZE];

	if (!text) {
		json_object_del(written, path);
		return;
	}
	digest(text, now);
	if (!json_is_object(written)) {
		written = json_object();
		json_object_set_new(state->json, "written", written);
	}
	json_object_set_new(written, path, json_string(now));
}
