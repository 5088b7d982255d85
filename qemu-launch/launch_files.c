/* SPDX-License-Identifier: GPL-2.0-or-later */
/* launch_files.c: the guest's folders, QEMU's log, and files that are made at the first start. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/file_copy.h"
#include "lib/log.h"
#include "lib/process.h"
#include "qemu-launch/launch.h"
#include "qemu-launch/ready.h"

enum { LOG_FULL = 1 << 20, LOG_KEPT = 3, IMAGE_MS = 600000 };

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
	const struct guest_guest *guest = &launch->guest->data->guest;
	const char *user = *guest->user ? guest->user : launch->host->guests.user;
	const char *group =
		*guest->group || *guest->user ? guest->group : launch->host->guests.group;
	_cleanup_close_ int state_fd = -1;
	char path[STATE_PATH_MAX];
	int result = spawn_user_find(&launch->user, user, group, err);

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

/* NAME.log, NAME.log.1 ... */
static void rotate(int root_fd, const char *path)
{
	char from[STATE_PATH_MAX + 8], to[STATE_PATH_MAX + 8];

	for (int i = LOG_KEPT; i > 0; i--) {
		snprintf(to, sizeof(to), "%s.%d", path, i);
		snprintf(from, sizeof(from), i > 1 ? "%s.%d" : "%s", path, i - 1);
		renameat(root_fd, from, root_fd, to);
	}
}

int launch_log(struct launch *launch, struct err *err)
{
	char path[STATE_PATH_MAX], when[32];
	time_t now = time(NULL);
	struct tm local;
	struct stat st;
	int result = file_make_dirs(launch->root_fd, "var/log/bedplate/guests", err);

	if (result)
		return result;
	snprintf(path, sizeof(path), "var/log/bedplate/guests/%.250s.log", launch->name);
	if (fstatat(launch->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_size > LOG_FULL)
		rotate(launch->root_fd, path);
	cleanup_close(&launch->log_fd);
	launch->log_fd =
		openat(launch->root_fd, path,
		       O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (launch->log_fd < 0)
		return err_sys(err, errno, "opening /%s", path);
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

/* By the ending of a file's name, as the guest's command line has it. */
static const char *format_of(int format, const char *path)
{
	static const char *const words[] = {
		"auto", "raw", "qcow2", "vmdk", "vdi", "vhdx"
	};
	const char *dot = strrchr(path, '.');

	for (size_t i = 1; format == 0 && dot && i < ARRAY_SIZE(words); i++)
		if (!strcmp(dot + 1, words[i]))
			return words[i];
	return words[format ? format : 1];
}

static int make_disk(struct launch *launch, const struct guest_disk *disk,
		     struct err *err)
{
	_cleanup_strbuf_ struct strbuf output;
	char size[32];
	const char *argv[12] = { "qemu-img", "create", "-q", "-f" };
	struct process process = {
		.argv = argv, .output = &output, .errors = &output, .timeout_ms = IMAGE_MS
	};
	size_t count = 4;
	int result;

	strbuf_init(&output, 65536);
	argv[count++] = *disk->backing && !disk->format
				? "qcow2"
				: format_of(disk->format, disk->path);
	if (*disk->backing) {
		argv[count++] = "-b";
		argv[count++] = disk->backing;
		argv[count++] = "-F";
		argv[count++] = format_of(disk->backing_format, disk->backing);
	}
	argv[count++] = disk->path;
	snprintf(size, sizeof(size), "%" PRIu64, disk->size);
	if (disk->size)
		argv[count++] = size;
	log_info("%s: making the disk %s", launch->name, disk->path);
	result = process_run(&process, err);
	if (!result && launch->user.uid != SPAWN_SAME &&
	    lchown(disk->path, (uid_t)launch->user.uid, (gid_t)launch->user.gid) < 0)
		result = err_sys(err, errno, "giving it to QEMU's user");
	return result ? (err_wrap(err, "making %s", disk->path), result) : 0;
}

int launch_files(struct launch *launch, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;
	int result = make_vars(launch, err);

	for (size_t i = 0; !result && i < data->disk.count; i++) {
		const struct guest_disk *disk = &data->disk.items[i];

		if (*disk->path && !disk->volatile_ && (disk->size || *disk->backing) &&
		    access(disk->path, F_OK) < 0)
			result = make_disk(launch, disk, err);
	}
	return result;
}
