/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_log.c: opens guests' logs, and keeps them from filling the disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "qemu-launch/guest_log.h"

#define FOLDER "var/log/bedplate/guests"

enum { LOG_FULL = 1 << 20, LOG_MOST = 4 << 20, LOG_KEPT = 3, PATH_SIZE = 320 };

static void log_path(char path[PATH_SIZE], const char *guest, enum guest_log which)
{
	static const char *const ends[] = {
		[GUEST_LOG_QEMU] = "log", [GUEST_LOG_SUPERVISOR] = "run.log"
	};

	snprintf(path, PATH_SIZE, FOLDER "/%.240s.%s", guest, ends[which]);
}

/* NAME.log, NAME.log.1 ... */
static void rotate(int root_fd, const char *path, int first)
{
	char from[PATH_SIZE + 16], to[PATH_SIZE + 16];

	for (int i = LOG_KEPT; i > first; i--) {
		snprintf(to, sizeof(to), "%s.%d", path, i);
		snprintf(from, sizeof(from), i > 1 ? "%s.%d" : "%s", path, i - 1);
		renameat(root_fd, from, root_fd, to);
	}
}

int guest_log_open(int root_fd, const char *guest, enum guest_log which, struct err *err)
{
	char path[PATH_SIZE];
	struct stat st;
	int fd, result = file_make_dirs(root_fd, FOLDER, err);

	if (result)
		return result;
	log_path(path, guest, which);
	if (fstatat(root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_size > LOG_FULL)
		rotate(root_fd, path, 0);
	fd = openat(root_fd, path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	return fd >= 0 ? fd : err_sys(err, errno, "opening /%s", path);
}

bool guest_log_trim(int root_fd, const char *guest, enum guest_log which, int fd)
{
	char path[PATH_SIZE], old[PATH_SIZE + 16];
	_cleanup_close_ int old_fd = -1;
	struct stat st;
	off_t at;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= LOG_MOST)
		return false;
	log_path(path, guest, which);
	rotate(root_fd, path, 1);
	snprintf(old, sizeof(old), "%s.1", path);
	old_fd = openat(root_fd, old,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	at = st.st_size - LOG_FULL;
	while (old_fd >= 0 && at < st.st_size && sendfile(old_fd, fd, &at, LOG_FULL) > 0)
		;
	return ftruncate(fd, 0) == 0;
}

bool guest_log_is(int root_fd, const char *guest, enum guest_log which, int fd)
{
	char path[PATH_SIZE];
	struct stat one, other;

	log_path(path, guest, which);
	return fstat(fd, &one) == 0 &&
	       fstatat(root_fd, path, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}
