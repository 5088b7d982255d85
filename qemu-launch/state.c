/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state.c: keeps a guest's state. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "qemu-launch/state.h"

enum { VERSION = 1 };

static const char *const words[] = {
	[STATE_OFF] = "off",         [STATE_STARTING] = "starting",
	[STATE_RUNNING] = "running", [STATE_STOPPING] = "stopping",
	[STATE_WAITING] = "waiting", [STATE_FAILED] = "failed",
};

const char *state_phase_word(enum state_phase phase)
{
	return words[phase];
}

int state_init(struct state *state, struct err *err)
{
	memset(state, 0, sizeof(*state));
	state->done = json_object();
	return state->done ? 0 : err_sys(err, ENOMEM, "the guest's state");
}

void state_release(struct state *state)
{
	json_decref(state->done);
	state->done = NULL;
}

static void state_path(char path[STATE_PATH_MAX], const char *guest)
{
	snprintf(path, STATE_PATH_MAX, STATE_FOLDER "/%.250s.json", guest);
}

static enum state_phase phase_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(word, words[i]))
			return (enum state_phase)i;
	return STATE_OFF;
}

static const struct {
	const char *key;
	size_t offset;
} times[] = {
	{ "start_us", offsetof(struct state_times, start) },
	{ "run_us", offsetof(struct state_times, run) },
	{ "ready_us", offsetof(struct state_times, ready) },
};

static void take_times(struct state_times *into, const json_t *object)
{
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		*(int64_t *)((char *)into + times[i].offset) =
			json_integer_value(json_object_get(object, times[i].key));
}

static json_t *times_json(const struct state_times *from)
{
	json_t *object = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		json_object_set_new(object, times[i].key,
				    json_integer(*(const int64_t *)((const char *)from +
								    times[i].offset)));
	return object;
}

static void take(struct state *state, const json_t *root)
{
	json_t *done = json_object_get(root, "done");

	state->phase = phase_of(json_text(root, "phase"));
	state->ready = json_is_true(json_object_get(root, "ready"));
	state->since = json_integer_value(json_object_get(root, "since"));
	state->restarts = (int)json_integer_value(json_object_get(root, "restarts"));
	snprintf(state->reason, sizeof(state->reason), "%s", json_text(root, "reason"));
	state->forced = json_is_true(json_object_get(root, "forced"));
	state->supervisor = process_id_from_json(json_object_get(root, "supervisor"));
	state->qemu = process_id_from_json(json_object_get(root, "qemu"));
	take_times(&state->times, json_object_get(root, "times"));
	snprintf(state->awaits, sizeof(state->awaits), "%s", json_text(root, "awaits"));
	if (json_is_object(done)) {
		json_decref(state->done);
		state->done = json_incref(done);
	}
}

int state_read(struct state *state, int root_fd, const char *guest, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	char path[STATE_PATH_MAX];
	struct err own = ERR_INIT;
	json_t *root;
	int result;

	strbuf_init(&text, 1 << 20);
	state_path(path, guest);
	result = state_init(state, err);
	if (result)
		return result;
	result = file_read(root_fd, path, &text, &own);
	if (result == -ENOENT)
		return 0;
	if (result)
		return err_set(err, -result, "%s", own.text);
	root = json_loadb(text.text, text.length, JSON_REJECT_DUPLICATES, NULL);
	if (json_integer_value(json_object_get(root, "version")) == VERSION)
		take(state, root);
	else
		result = err_set(err, EBADMSG, "/%s is no state of this version", path);
	json_decref(root);
	return result;
}

static json_t *build(const struct state *state)
{
	json_t *root = json_pack(
		"{s:i, s:s, s:b, s:I, s:i, s:s, s:b, s:o, s:s, s:O}", "version", VERSION,
		"phase", words[state->phase], "ready", state->ready, "since",
		(json_int_t)state->since, "restarts", state->restarts, "reason",
		state->reason, "forced", state->forced, "times",
		times_json(&state->times), "awaits", state->awaits, "done", state->done);

	if (root && state->supervisor.pid)
		json_object_set_new(root, "supervisor",
				    process_id_json(&state->supervisor));
	if (root && state->qemu.pid)
		json_object_set_new(root, "qemu", process_id_json(&state->qemu));
	return root;
}

/* Renamed into place without fsync: it is of no use after a boot, and a disk's time would be
 * the launch's. */
static int write_text(int root_fd, const char *guest, const char *text, struct err *err)
{
	char path[STATE_PATH_MAX], aside[STATE_PATH_MAX + 8];
	_cleanup_close_ int fd = -1;
	int result;

	state_path(path, guest);
	snprintf(aside, sizeof(aside), "%s.new", path);
	fd = openat(root_fd, aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	if (fd < 0)
		return err_sys(err, errno, "making /%s", aside);
	result = file_write_all(fd, text, strlen(text));
	if (!result && renameat(root_fd, aside, root_fd, path) < 0)
		result = -errno;
	return result ? err_sys(err, -result, "writing /%s", path) : 0;
}

int state_write(const struct state *state, int root_fd, const char *guest,
		struct err *err)
{
	_cleanup_free_ char *text = NULL;
	json_t *root = build(state);

	text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
	json_decref(root);
	if (!text)
		return err_sys(err, ENOMEM, "writing the state of %s", guest);
	return write_text(root_fd, guest, text, err);
}

void state_begin(struct state *state, int64_t start)
{
	state_set_phase(state, STATE_STARTING);
	state->ready = false;
	state->times = (struct state_times){ .start = start };
	state->awaits[0] = '\0';
}

void state_set_phase(struct state *state, enum state_phase phase)
{
	state->phase = phase;
	state->since = (int64_t)time(NULL);
}

bool state_is_supervised(const struct state *state)
{
	return process_id_is_alive(&state->supervisor);
}

bool state_needs_stop(int root_fd, const char *guest)
{
	_cleanup_state_ struct state state = { .done = NULL };

	return !state_read(&state, root_fd, guest, NULL) &&
	       (state_is_supervised(&state) || json_object_size(state.done));
}
