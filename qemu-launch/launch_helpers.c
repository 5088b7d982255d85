/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch_helpers.c: starts swtpm and virtiofsd, and waits until each listens.
 *
 *	{"tpm": {"pid", "start"}, "fs-TAG": {...}}
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"
#include "qemu-launch/helper.h"
#include "qemu-launch/launch.h"

enum { LISTEN_MS = 10000, LOOK_MS = 2, END_MS = 3000 };

/* "NUM: REFS PROTOCOL FLAGS TYPE STATE INODE PATH" a line; the flag __SO_ACCEPTCON says that it
 * listens. Connecting would tell as well, but swtpm ends with the first who leaves. */
static bool is_listening(const char *path)
{
	_cleanup_close_ int fd = open("/proc/net/unix", O_RDONLY | O_CLOEXEC);
	_cleanup_strbuf_ struct strbuf text;
	size_t length = strlen(path);

	strbuf_init(&text, 0);
	if (fd < 0 || file_read_fd(fd, "/proc/net/unix", &text, NULL))
		return true;
	for (char *line = text.text; line; line = strchr(line, '\n')) {
		char *end;
		unsigned long flags = 0;

		line += *line == '\n';
		end = strchrnul(line, '\n');
		if (sscanf(line, "%*s %*s %*s %lx", &flags) == 1 && flags & 0x10000 &&
		    (size_t)(end - line) > length &&
		    !strncmp(end - length, path, length) &&
		    end[-(ssize_t)length - 1] == ' ')
			return true;
	}
	return false;
}

static int await_socket(struct launch *launch, const struct helper *helper, int pid_fd,
			struct err *err)
{
	int64_t end = clock_ms() + LISTEN_MS;
	char words[256];

	while (!is_listening(helper->socket)) {
		int result = launch_wait(launch, pid_fd, LOOK_MS);

		if (result == -ECHILD)
			return err_set(err, ECHILD, "it ended: %s",
				       launch_last_words(launch, words, sizeof(words)));
		if (result)
			return err_set(err, -result, "stopped while it started");
		if (clock_ms() >= end)
			return err_set(err, ETIMEDOUT, "it does not listen after %d ms",
				       LISTEN_MS);
	}
	return 0;
}

static int note(struct launch *launch, const struct helper *helper,
		const struct process_id *id, struct err *err)
{
	json_t *done = json_object_get(launch->state.done, "helpers");

	done = done ? json_incref(done) : json_object();
	json_object_set_new(done, helper->name, process_id_json(id));
	return launch_note(launch, "helpers", done, err);
}

/* QEMU's user is to be able to connect; virtiofsd itself has to be root. */
static int start(struct launch *launch, const struct helper *helper,
		 const struct spawn_user *user, struct err *err)
{
	struct spawn spawn = { .argv = helper->argv,
			       .user = user,
			       .output_fd = launch->log_fd };
	int result = spawn_start(&spawn, err);

	if (!result) {
		result = note(launch, helper, &spawn.id, err);
		if (result)
			spawn_abandon(&spawn);
		else
			result = spawn_go(&spawn, err);
	}
	if (!result)
		result = await_socket(launch, helper, spawn.pid_fd, err);
	if (!result && !user && launch->user.uid != SPAWN_SAME &&
	    lchown(helper->socket, (uid_t)launch->user.uid, (gid_t)launch->user.gid) < 0)
		result = err_sys(err, errno, "giving its socket to QEMU's user");
	cleanup_close(&spawn.pid_fd);
	return result ? (err_wrap(err, "%s", helper->argv[0]), result) : 0;
}

static int make_tpm_state(struct launch *launch, struct err *err)
{
	char path[SETUP_PATH_MAX + 8];

	helper_tpm_state(&launch->guest->data->tpm, launch->setup, path);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(err, errno, "making %s", path);
	if (launch->user.uid != SPAWN_SAME &&
	    lchown(path, (uid_t)launch->user.uid, (gid_t)launch->user.gid) < 0)
		return err_sys(err, errno, "giving %s to QEMU's user", path);
	return 0;
}

static int start_share(struct launch *launch, const struct guest_share *share,
		       struct helper *helper, struct err *err)
{
	char binary[SETUP_PATH_MAX] = "";
	int result = 0;

	if (!*share->binary)
		result = helper_find_virtiofsd(launch->root_fd, binary, err);
	if (result)
		return result;
	helper_share(helper, share, launch->setup, binary);
	return start(launch, helper, NULL, err);
}

int launch_helpers(struct launch *launch, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;
	_cleanup_free_ struct helper *helper = malloc(sizeof(*helper));
	int result = 0;

	if (!helper)
		return err_sys(err, ENOMEM, "starting helpers");
	if (data->tpm.type == guest_tpm_type_emulator) {
		result = make_tpm_state(launch, err);
		helper_tpm(helper, &data->tpm, launch->setup);
		if (!result)
			result = start(launch, helper, &launch->user, err);
	}
	for (size_t i = 0; !result && i < data->share.count; i++)
		if (data->share.items[i].driver == guest_share_driver_virtiofs)
			result = start_share(launch, &data->share.items[i], helper, err);
	return result;
}

void launch_helpers_undo(struct launch *launch, const json_t *done)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)done, name, value) {
		struct process_id id = process_id_from_json(value);
		struct err err = ERR_INIT;
		char path[STATE_PATH_MAX];

		if (process_id_end(&id, END_MS, &err)) {
			err_wrap(&err, "%s: %s", launch->name, name);
			log_err(&err);
		}
		snprintf(path, sizeof(path), STATE_FOLDER "/%.120s/%.60s.sock",
			 launch->name, name);
		unlinkat(launch->root_fd, path, 0);
	}
}
