/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_mount.c: disk mount and umount: qemu-nbd connects an image to a network block device, and
 * that, or a partition, is mounted.
 *
 * How it works: /run/bedplate/disks/nbdN.json says what is where: {"folder", "image"}. It is written before
 * anything is connected and removed when all is undone, so that umount finds what a mount that was
 * killed left behind, however far it came.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <linux/fs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/interrupt.h"
#include "lib/json_text.h"
#include "lib/process.h"
#include "qemu-launch/disk_work.h"
#include "qemu-launch/nbd.h"
#include "qemu-launch/turn.h"

#define FOLDER "run/bedplate/disks"

enum { TOOL_MS = 60000, GONE_MS = 30000, LOOK_MS = 20 };

static int run(const char *const *argv, struct err *err)
{
	struct process process = { .argv = argv,
				   .package = strcmp(argv[0], "qemu-nbd") ? NULL
									  : "qemu-utils",
				   .timeout_ms = TOOL_MS };

	return process_run_quiet(&process, err);
}

/* One mount or umount at a time; the lock goes with the descriptor. */
static int lock(int root_fd, struct err *err)
{
	_cleanup_close_ int folder = file_make_dirs_in_root(root_fd, FOLDER, err);
	int result = folder < 0 ? folder : turn_take(folder, "mounts a disk", err);

	return result ? result : steal_fd(&folder);
}

/* ---- records ---- */

static int write_record(int folder_fd, const char *device, const char *folder,
			const char *image, struct err *err)
{
	json_t *record = json_pack("{s:s, s:s}", "folder", folder, "image", image);
	_cleanup_free_ char *text = json_dumps(record, 0);
	char name[NBD_NAME_MAX + 8];

	json_decref(record);
	if (!text)
		return err_sys(err, ENOMEM, "mounting");
	snprintf(name, sizeof(name), "%s.json", device);
	return file_replace(folder_fd, name, 0600, text, err);
}

static void remove_record(int folder_fd, const char *device)
{
	char name[NBD_NAME_MAX + 8];

	snprintf(name, sizeof(name), "%s.json", device);
	unlinkat(folder_fd, name, 0);
}

/* The devices that have one. With `folder` only those that are mounted there. */
static int read_records(int folder_fd, const char *folder, struct names *devices)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = names_read(&names, folder_fd, ".");

	for (size_t i = 0; !result && i < names.count; i++) {
		_cleanup_strbuf_ struct strbuf text;
		char *dot = strstr(names.items[i], ".json");
		json_t *record;

		strbuf_init(&text, 65536);
		if (!dot || file_read(folder_fd, names.items[i], &text, NULL))
			continue;
		record = json_loadb(text.text, text.length, 0, NULL);
		*dot = '\0';
		if (!folder || !strcmp(json_text(record, "folder"), folder))
			result = names_add(devices, names.items[i]);
		json_decref(record);
	}
	return result;
}

/* Whether a record is of this image; `folder` is where it is mounted then. */
static bool is_mounted_image(int folder_fd, const char *name, const char *image,
			     char *folder, size_t size)
{
	_cleanup_strbuf_ struct strbuf text;
	struct stat one, other;
	json_t *record;
	bool is;

	strbuf_init(&text, 65536);
	if (!strstr(name, ".json") || file_read(folder_fd, name, &text, NULL))
		return false;
	record = json_loadb(text.text, text.length, 0, NULL);
	is = stat(json_text(record, "image"), &one) == 0 && stat(image, &other) == 0 &&
	     one.st_dev == other.st_dev && one.st_ino == other.st_ino &&
	     one.st_rdev == other.st_rdev;
	snprintf(folder, size, "%s", json_text(record, "folder"));
	json_decref(record);
	return is;
}

/* QEMU's own locks let an image be read twice, and of a raw one they do not see all. */
static int check_image(int folder_fd, const char *image, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	char folder[DISK_PATH_MAX];

	if (names_read(&names, folder_fd, "."))
		return err_sys(err, ENOMEM, "looking for what is mounted");
	for (size_t i = 0; i < names.count; i++) {
		if (!is_mounted_image(folder_fd, names.items[i], image, folder,
				      sizeof(folder)))
			continue;
		err_set(err, EBUSY, "%s is mounted on %s already", image, folder);
		return err_hint(err, "`bedplate qemu-launch disk umount %.150s` first",
				folder);
	}
	return 0;
}

/* ---- undoing ---- */

static void device_path(const char *root, const char *device, char *path, size_t size)
{
	snprintf(path, size, "%s/dev/%s", root && strcmp(root, "/") != 0 ? root : "",
		 device);
}

/* Where the root is, for programs that know none. */
static void root_path(int root_fd, char *path, size_t size)
{
	char link[32];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", root_fd);
	length = readlink(link, path, size - 1);
	path[length < 0 ? 0 : length] = '\0';
}

/* It writes down what it has of the image, and lets go of it, when the kernel has let go of the device. */
static int await_server(int server, int64_t end, const char *path, struct err *err)
{
	struct pollfd gone = { .fd = server, .events = POLLIN };

	while (server >= 0) {
		int count = poll(&gone, 1, clock_timeout(end));

		if (count > 0)
			break;
		if (!count)
			return err_set(err, ETIMEDOUT,
				       "qemu-nbd of %s has not ended after %d s", path,
				       GONE_MS / 1000);
	}
	return 0;
}

static int disconnect(int root_fd, const char *device, struct err *err)
{
	int64_t end = clock_ms() + GONE_MS;
	char root[DISK_PATH_MAX - 64], path[DISK_PATH_MAX];
	const char *argv[] = { "qemu-nbd", "--disconnect", path, NULL };
	_cleanup_close_ int server = -1;
	int result;

	if (!nbd_is_connected(root_fd, device))
		return 0;
	server = nbd_open_server(root_fd, device);
	root_path(root_fd, root, sizeof(root));
	device_path(root, device, path, sizeof(path));
	result = run(argv, err);
	/* sysfs sends no event for this attribute. */
	while (!result && nbd_is_connected(root_fd, device)) {
		if (clock_ms() > end)
			return err_set(err, ETIMEDOUT, "%s is still in use after %d s",
				       path, GONE_MS / 1000);
		poll(NULL, 0, LOOK_MS);
	}
	return result ? result : await_server(server, end, path, err);
}

/* Only what is the device's: a mount that was killed may have mounted nothing, and somebody else has since. */
static int unmount(int root_fd, const char *device, const char *folder, struct err *err)
{
	const char *argv[] = { "umount", "--", folder, NULL };
	int result = nbd_is_mounted(root_fd, device, folder, err);

	return result > 0 ? run(argv, err) : result;
}

static int undo(int root_fd, int folder_fd, const char *device, const char *folder,
		struct err *err)
{
	int result = unmount(root_fd, device, folder, err);

	if (!result)
		result = disconnect(root_fd, device, err);
	if (!result)
		remove_record(folder_fd, device);
	return result;
}

int disk_umount(int root_fd, const char *folder, struct err *err)
{
	_cleanup_free_ char *real = realpath(folder, NULL);
	_cleanup_close_ int folder_fd = lock(root_fd, err);
	_cleanup_names_ struct names devices = NAMES_INIT;
	int result;

	if (!real)
		return err_sys(err, errno, "%s", folder);
	if (folder_fd < 0)
		return folder_fd;
	if (read_records(folder_fd, real, &devices))
		return err_sys(err, ENOMEM, "looking for what is mounted");
	if (!devices.count)
		return err_set(err, ENOENT, "no disk was mounted on %s by us", real);
	/* The last one lies over the others. */
	for (size_t i = devices.count; i-- > 0;) {
		result = undo(root_fd, folder_fd, devices.items[i], real, err);
		if (result)
			return err_wrap(err, "%s", real), result;
	}
	return 0;
}

/* ---- doing ---- */

static int find_device(int root_fd, int folder_fd, char name[NBD_NAME_MAX],
		       struct err *err)
{
	static const char *const argv[] = { "modprobe", "nbd", "max_part=16", NULL };
	_cleanup_names_ struct names taken = NAMES_INIT;
	int result;

	if (read_records(folder_fd, NULL, &taken))
		return err_sys(err, ENOMEM, "looking for /dev/nbd0");
	result = nbd_find_free(root_fd, &taken, name, NULL);
	if (result == -ENODEV)
		run(argv, NULL);
	return result ? nbd_find_free(root_fd, &taken, name, err) : 0;
}

/* qemu-nbd says that it is connected before it is, and has the kernel look for partitions some time later: we wait
 * for the one and do the other ourselves. */
static int await_device(int root_fd, const char *device, struct err *err)
{
	int64_t end = clock_ms() + GONE_MS;

	while (!nbd_is_there(root_fd, device)) {
		if (interrupted)
			return err_set(err, EINTR, "interrupted");
		if (clock_ms() > end)
			return err_set(err, ETIMEDOUT, "/dev/%s is not there after %d s",
				       device, GONE_MS / 1000);
		poll(NULL, 0, LOOK_MS);
	}
	return 0;
}

static void read_partitions(int root_fd, const char *device)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "dev/%s", device);
	fd = file_open(root_fd, path, O_RDONLY, NULL);
	if (fd < 0)
		return;
	ioctl(fd, BLKRRPART);
	close(fd);
}

static int attach(struct disk_work *work, const char *root, const char *device,
		  const char *folder, struct err *err)
{
	const struct args *args = work->args;
	char path[DISK_PATH_MAX], part[NBD_NAME_MAX];
	const char *argv[NBD_ARGS];
	const char *mount[] = {
		"mount", "-o", args->writable ? "nodev,nosuid" : "ro,nodev,nosuid",
		"--",    path, folder,
		NULL
	};
	int result;

	device_path(root, device, path, sizeof(path));
	nbd_connect_argv(argv, path, work->target.path, work->target.format,
			 args->writable);
	result = run(argv, err);
	if (!result)
		result = await_device(work->context.root_fd, device, err);
	if (result)
		return result;
	read_partitions(work->context.root_fd, device);
	result = nbd_find_part(work->context.root_fd, device,
			       args->partition ? args->partition : "", part, err);
	if (result)
		return result;
	device_path(root, part, path, sizeof(path));
	result = run(mount, err);
	if (result && !args->writable)
		err_hint(err, "a journal that is to be replayed needs --write");
	return result;
}

int disk_mount(struct disk_work *work, struct err *err)
{
	int root_fd = work->context.root_fd;
	_cleanup_free_ char *folder = realpath(work->operand, NULL);
	_cleanup_free_ char *image = realpath(work->target.path, NULL);
	_cleanup_close_ int folder_fd = -1;
	_cleanup_mount_ struct mount mount = { .point = NULL };
	char device[NBD_NAME_MAX], root[DISK_PATH_MAX - 64];
	int result;

	if (!folder)
		return err_sys(err, errno, "%s", work->operand);
	result = nbd_find_mount(root_fd, folder, &mount, err);
	if (result)
		return result < 0 ? result
				  : err_set(err, EBUSY, "%s is mounted on %s",
					    mount.source, folder);
	folder_fd = lock(root_fd, err);
	if (folder_fd < 0)
		return folder_fd;
	root_path(root_fd, root, sizeof(root));
	result = check_image(folder_fd, work->target.path, err);
	if (!result && work->args->writable)
		result = disk_device_check(work->target.path, err);
	if (!result)
		result = find_device(root_fd, folder_fd, device, err);
	if (!result)
		result = write_record(folder_fd, device, folder,
				      image ? image : work->target.path, err);
	if (result)
		return result;
	result = attach(work, root, device, folder, err);
	if (result && undo(root_fd, folder_fd, device, folder, NULL))
		err_hint(err, "`bedplate qemu-launch disk umount %.150s` undoes the rest",
			 folder);
	return result;
}
