/* SPDX-License-Identifier: GPL-2.0-or-later */
/* launch_files.c: the guest's folders, QEMU's log, and files that are made at the first start. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/file_copy.h"
#include "lib/guest_user.h"
#include "lib/log.h"
#include "qemu-launch/disk_image.h"
#include "qemu-launch/guest_log.h"
#include "qemu-launch/launch.h"
#include "qemu-launch/qemu_img.h"
#include "qemu-launch/ready.h"

/* Sockets that QEMU left behind would be taken for its successor's. */
static void remove_leftovers(int run_fd)
{
	static const char *const names[] = { "qmp.sock",       "control.sock",
					     "monitor.sock",   "console.sock",
					     "agent.sock",     "tpm.sock",
					     READY_CONSOLE_LOG };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlinkat(run_fd, names[i], 0);
}

/* A folder of the user's, closed to others. Returns a descriptor. */
static int make_folder(struct launch *launch, const char *path, struct err *err)
{
	const struct spawn_user *user = &launch->user;
	_cleanup_close_ int fd = file_make_dirs_in_root(launch->root_fd, path, err);

	if (fd < 0)
		return fd;
	if (fchmod(fd, 0700) < 0 || (user->uid != SPAWN_SAME &&
				     fchown(fd, (uid_t)user->uid, (gid_t)user->gid) < 0))
		return err_sys(err, errno, "giving /%s to QEMU's user", path);
	return steal_fd(&fd);
}

int launch_folders(struct launch *launch, struct err *err)
{
	const struct guest_user user = guest_user(launch->guest, launch->host);
	_cleanup_close_ int state_fd = -1;
	char path[STATE_PATH_MAX];
	int result = spawn_user_find(&launch->user, user.name, user.group, err);

	if (result)
		return result;
	cleanup_close(&launch->run_fd);
	snprintf(path, sizeof(path), STATE_FOLDER "/%.255s", launch->name);
	launch->run_fd = make_folder(launch, path, err);
	if (launch->run_fd < 0)
		return launch->run_fd;
	remove_leftovers(launch->run_fd);
	snprintf(path, sizeof(path), "var/lib/bedplate/guests/%.255s", launch->name);
	state_fd = make_folder(launch, path, err);
	return state_fd < 0 ? state_fd : 0;
}

void launch_trim_logs(struct launch *launch)
{
	if (guest_log_trim(launch->root_fd, launch->name, GUEST_LOG_QEMU, launch->log_fd))
		launch->log_start = 0;
	/* What started us may have given us one for our own words. */
	if (guest_log_is(launch->root_fd, launch->name, GUEST_LOG_SUPERVISOR,
			 STDERR_FILENO))
		guest_log_trim(launch->root_fd, launch->name, GUEST_LOG_SUPERVISOR,
			       STDERR_FILENO);
}

int launch_log(struct launch *launch, struct err *err)
{
	time_t now = time(NULL);
	struct tm local;
	char when[32];

	cleanup_close(&launch->log_fd);
	launch->log_fd =
		guest_log_open(launch->root_fd, launch->name, GUEST_LOG_QEMU, err);
	if (launch->log_fd < 0)
		return launch->log_fd;
	strftime(when, sizeof(when), "%F %T", localtime_r(&now, &local));
	dprintf(launch->log_fd, "%s bedplate: starting\n", when);
	launch->log_start = lseek(launch->log_fd, 0, SEEK_END);
	return 0;
}

const char *launch_last_words(const struct launch *launch, char *words, size_t size)
{
	char tail[1024];
	off_t end = launch->log_fd < 0 ? 0 : lseek(launch->log_fd, 0, SEEK_END);
	off_t start = end - (off_t)sizeof(tail) + 1;
	ssize_t got = 0;
	char *line;

	*words = '\0';
	if (start < launch->log_start)
		start = launch->log_start;
	if (end > start)
		got = pread(launch->log_fd, tail, sizeof(tail) - 1, start);
	tail[got < 0 ? 0 : got] = '\0';
	while (got > 0 && tail[got - 1] == '\n')
		tail[--got] = '\0';
	line = strrchr(tail, '\n');
	snprintf(words, size, "%s", line ? line + 1 : tail);
	return words;
}

/* UEFI's variables are the guest's own, and kept. */
static int make_vars(struct launch *launch, struct err *err)
{
	const struct firmware *firmware = &launch->setup->firmware;
	_cleanup_aside_ struct file_aside aside = FILE_ASIDE_INIT;
	_cleanup_close_ int from = -1;
	int result;

	if (!*firmware->vars || access(firmware->vars, F_OK) == 0)
		return 0;
	from = open(firmware->vars_template, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return err_sys(err, errno, "opening %s", firmware->vars_template);
	result = file_aside_open(&aside, AT_FDCWD, firmware->vars, 0600, err);
	if (result)
		return result;
	result = file_copy(from, aside.fd);
	if (!result && launch->user.uid != SPAWN_SAME &&
	    fchown(aside.fd, (uid_t)launch->user.uid, (gid_t)launch->user.gid) < 0)
		result = -errno;
	if (result)
		return err_sys(err, -result, "copying %s to %s", firmware->vars_template,
			       firmware->vars);
	return file_aside_commit(&aside, err);
}

/* Runs qemu-img for a file that is QEMU's user's then. */
static int make_image(struct launch *launch, const struct qemu_img *call,
		      const char *path, struct err *err)
{
	int result = qemu_img_run(call, NULL, err);

	if (!result && launch->user.uid != SPAWN_SAME &&
	    lchown(path, (uid_t)launch->user.uid, (gid_t)launch->user.gid) < 0)
		result = err_sys(err, errno, "giving it to QEMU's user");
	return result ? (err_wrap(err, "making %s", path), result) : 0;
}

static int make_disk(struct launch *launch, const struct guest_disk *disk,
		     struct err *err)
{
	struct qemu_img call;

	qemu_img_create(&call, disk->path, disk_image_format(disk), disk->size,
			*disk->backing ? disk->backing : NULL,
			disk_image_backing_format(disk));
	log_info("%s: making the disk %s", launch->name, disk->path);
	return make_image(launch, &call, disk->path, err);
}

/* Noted before it is made: its removal undoes it. */
static int note_volatile(struct launch *launch, const char *path, struct err *err)
{
	json_t *paths = json_object_get(launch->state.done, "files");

	paths = paths ? json_incref(paths) : json_object();
	if (json_object_set_new(paths, path, json_true())) {
		json_decref(paths);
		return err_sys(err, ENOMEM, "making %s", path);
	}
	return launch_note(launch, "files", paths, err);
}

/* What a QEMU wrote that was killed with its supervisor is forgotten, too. */
static int make_volatile(struct launch *launch, size_t index, struct err *err)
{
	const struct guest_disk *disk = &launch->guest->data->disk.items[index];
	const char *overlay = launch->setup->disks[index];
	_cleanup_strbuf_ struct strbuf path;
	struct qemu_img call;
	int result;

	strbuf_init(&path, 0);
	disk_image_path(disk, index, launch->setup, &path);
	result = note_volatile(launch, path.text, err);
	if (result)
		return result;
	if (unlink(path.text) < 0 && errno != ENOENT)
		return err_sys(err, errno, "removing %s", path.text);
	qemu_img_create(&call, path.text, "qcow2", 0, overlay ? overlay : disk->path,
			overlay ? "qcow2" : disk_image_format(disk));
	return make_image(launch, &call, path.text, err);
}

int launch_files(struct launch *launch, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;
	int result = make_vars(launch, err);

	for (size_t i = 0; !result && i < data->disk.count; i++) {
		const struct guest_disk *disk = &data->disk.items[i];

		/* What overlays lie over is not made anew where it is missing. */
		if (*disk->path && (disk->size || *disk->backing) &&
		    !launch->setup->disks[i] && access(disk->path, F_OK) < 0)
			result = make_disk(launch, disk, err);
		if (!result && *disk->path && disk->volatile_)
			result = make_volatile(launch, i, err);
	}
	return result;
}

void launch_files_undo(struct launch *launch, const json_t *done)
{
	const char *path;
	json_t *value;

	json_object_foreach((json_t *)done, path, value) {
		if (unlink(path) < 0 && errno != ENOENT)
			log_warning("%s: removing %s: %s", launch->name, path,
				    strerror(errno));
	}
}
