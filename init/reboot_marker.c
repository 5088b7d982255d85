/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reboot_marker.c: the file on the root that says that a reboot was made for a finding. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/reboot_marker.h"
#include "lib/cleanup.h"
#include "lib/file.h"

bool reboot_marker_exists(int root_fd)
{
	_cleanup_close_ int dir_fd =
		file_open_in_root(root_fd, REBOOT_MARKER_DIR, O_PATH | O_DIRECTORY, NULL);
	struct stat st;

	return dir_fd >= 0 &&
	       fstatat(dir_fd, REBOOT_MARKER_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int reboot_marker_write(int root_fd, const char *text, struct err *err)
{
	_cleanup_close_ int dir_fd =
		file_make_dirs_in_root(root_fd, REBOOT_MARKER_DIR, err);
	_cleanup_close_ int fd = -1;
	int result;

	if (dir_fd < 0)
		return dir_fd;
	fd = openat(dir_fd, REBOOT_MARKER_NAME,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return err_sys(err, errno, "creating /" REBOOT_MARKER);
	result = file_write_all(fd, text, strlen(text));
	if (!result && (fsync(fd) < 0 || fsync(dir_fd) < 0 || syncfs(dir_fd) < 0))
		result = -errno;
	if (!result)
		return 0;
	/* Half a marker would speak of a reboot that is not made now. */
	unlinkat(dir_fd, REBOOT_MARKER_NAME, 0);
	return err_sys(err, -result, "writing /" REBOOT_MARKER);
}

int reboot_marker_remove(int root_fd, struct err *err)
{
	_cleanup_close_ int dir_fd = file_open_in_root(root_fd, REBOOT_MARKER_DIR,
						       O_RDONLY | O_DIRECTORY, err);

	if (dir_fd < 0)
		return dir_fd;
	if (unlinkat(dir_fd, REBOOT_MARKER_NAME, 0) < 0 || syncfs(dir_fd) < 0)
		return err_sys(err, errno, "removing /" REBOOT_MARKER);
	return 0;
}
