/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_file.c: image files that are made beside their place, and their sizes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/guest_user.h"
#include "lib/value/units.h"
#include "qemu-launch/disk_work.h"
#include "qemu-launch/qemu_img.h"

#define BESIDE ".bedplate-new."

int disk_work_user(const struct context *context, const struct guest *guest,
		   struct spawn_user *user, struct err *err)
{
	const struct guest_user own = guest_user(guest, context->settings.host);

	return spawn_user_find(user, own.name, own.group, err);
}

static void folder_of(const char *file, char *folder, size_t size)
{
	char *slash;

	snprintf(folder, size, "%s", file);
	slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = '\0';
	else
		snprintf(folder, size, ".");
}

static DIR *open_folder(const char *file)
{
	char folder[DISK_PATH_MAX];

	folder_of(file, folder, sizeof(folder));
	return opendir(folder);
}

static bool is_alive(const char *number)
{
	int pid = atoi(number);

	return pid > 0 && (kill(pid, 0) == 0 || errno != ESRCH);
}

/* Two commands at once have a file each; the second one to end finds that the name is taken. */
int disk_beside(char *path, size_t size, const char *final, struct err *err)
{
	_cleanup_closedir_ DIR *dir = open_folder(final);
	const char *slash = strrchr(final, '/'), *name = slash ? slash + 1 : final;
	size_t length = strlen(name);
	struct dirent *entry;

	if ((size_t)snprintf(path, size, "%s" BESIDE "%d", final, (int)getpid()) >= size)
		return err_set(err, ENAMETOOLONG, "%.80s...", final);
	while (dir && (entry = readdir(dir))) {
		const char *rest = entry->d_name + length;

		if (!strncmp(entry->d_name, name, length) &&
		    !strncmp(rest, BESIDE, strlen(BESIDE)) &&
		    !is_alive(rest + strlen(BESIDE)))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	return 0;
}

int disk_device_check(const char *path, struct err *err)
{
	struct stat st;
	int fd;

	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode))
		return 0;
	fd = open(path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		return close(fd), 0;
	if (errno != EBUSY)
		return 0;
	err_set(err, EBUSY, "the host uses %s itself", path);
	return err_hint(err, "it is mounted, swapped to, or a part of another device: "
			     "both would destroy it");
}

static int sync_folder(const char *file, struct err *err)
{
	char folder[DISK_PATH_MAX];

	folder_of(file, folder, sizeof(folder));
	return qemu_img_sync(folder, err);
}

/* link(2) does not replace; file systems without it (vfat) have nobody but us who would. */
static int give_name(const char *beside, const char *final, bool replace)
{
	if (!replace && link(beside, final) == 0)
		return unlink(beside) < 0 ? -errno : 0;
	if (!replace && (errno == EEXIST || access(final, F_OK) == 0))
		return -EEXIST;
	return rename(beside, final) < 0 ? -errno : 0;
}

int disk_settle(const char *beside, const char *final, const struct spawn_user *user,
		bool replace, struct err *err)
{
	int result = 0;

	if (user && user->uid != SPAWN_SAME &&
	    lchown(beside, (uid_t)user->uid, (gid_t)user->gid) < 0)
		result = err_sys(err, errno, "giving %s to the guest's user", final);
	if (!result)
		result = qemu_img_sync(beside, err);
	if (!result) {
		result = give_name(beside, final, replace);
		if (result)
			err_sys(err, -result, "making %s", final);
	}
	if (result) {
		unlink(beside);
		return result;
	}
	return sync_folder(final, err);
}

int disk_size(const char *text, uint64_t now, uint64_t *size, struct err *err)
{
	bool more = *text == '+';
	int result = size_parse(text + more, size, err);

	if (result)
		return -EINVAL;
	if (more && __builtin_add_overflow(*size, now, size))
		return err_set(err, EINVAL, "%s is too much", text);
	/* QEMU counts in sectors. */
	*size = (*size + 511) / 512 * 512;
	return *size ? 0 : err_set(err, EINVAL, "a disk of no size");
}
