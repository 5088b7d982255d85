/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * swap_file.c: swap files.
 *
 * The kernel writes to a swap file's blocks past the file system, so the file may have no
 * holes, and its blocks may not move: on btrfs it must be without copy on write, which can
 * only be said of an empty file (btrfs(5), SWAPFILE SUPPORT).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/fs.h>
#include <linux/magic.h>

#include "host-prep/swap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"

enum { CHUNK = 1 << 20 };

/* Numbers that are in no header: the file systems' own sources. */
enum { MAGIC_ZFS = 0x2fc12fc1 };

static const struct {
	uint64_t magic;
	const char *why;
} unfit[] = {
	{ TMPFS_MAGIC, "a tmpfs is memory itself" },
	{ RAMFS_MAGIC, "a ramfs is memory itself" },
	{ OVERLAYFS_SUPER_MAGIC, "no swap file can be on an overlay" },
	{ MAGIC_ZFS, "no swap file can be on ZFS" },
	{ SQUASHFS_MAGIC, "a squashfs cannot be written to" },
	{ FUSE_SUPER_MAGIC, "no swap file can be on a FUSE file system" },
};

/* The folder's path, with its slash; "" without memory. */
static char *folder_of(const char *path)
{
	return strndup(path, (size_t)(strrchr(path, '/') - path) + 1);
}

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int open_folder(int root_fd, const char *path, struct err *err)
{
	_cleanup_free_ char *folder = folder_of(path);

	if (!folder)
		return err_sys(err, ENOMEM, "opening the folder of %s", path);
	return file_open_in_root(root_fd, folder, O_RDONLY | O_DIRECTORY, err);
}

void swap_file_check(struct swap_seen *seen, int root_fd)
{
	_cleanup_close_ int fd = open_folder(root_fd, seen->path, NULL);
	struct stat link;
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0) {
		strcpy(seen->unfit, "its folder is not there");
		return;
	}
	if (fstatat(fd, name_of(seen->path), &link, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(link.st_mode))
		strcpy(seen->unfit, "it is a link that leads nowhere");
	for (size_t i = 0; i < ARRAY_SIZE(unfit); i++)
		if ((uint64_t)(unsigned long)fs.f_type == unfit[i].magic)
			strcpy(seen->unfit, unfit[i].why);
	seen->room = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
}

static bool is_on_btrfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (unsigned long)fs.f_type == BTRFS_SUPER_MAGIC;
}

bool swap_file_is_copied(int fd)
{
	int flags;

	return is_on_btrfs(fd) && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 &&
	       !(flags & FS_NOCOW_FL);
}

/* Without copy on write, and so without compression and checksums. */
static int set_in_place(int fd, struct err *err)
{
	int flags;

	if (!is_on_btrfs(fd))
		return 0;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
		flags = (flags | FS_NOCOW_FL) & ~FS_COMPR_FL;
		if (ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0)
			return 0;
	}
	return err_sys(err, errno, "setting it to be written in place");
}

static int write_zeros(int fd, uint64_t size)
{
	_cleanup_free_ char *zeros = calloc(1, CHUNK);
	int result = zeros ? 0 : -ENOMEM;

	for (uint64_t done = 0; !result && done < size; done += CHUNK)
		result = file_write_all(fd, zeros,
					size - done < CHUNK ? size - done : CHUNK);
	return result;
}

/* Blocks for all of it. What a file system cannot set aside is written out. */
static int fill(int fd, uint64_t size, struct err *err)
{
	struct stat st;
	int result = fallocate(fd, 0, 0, (off_t)size) < 0 ? -errno : 0;

	if (result == -EOPNOTSUPP || result == -ENOSYS)
		result = write_zeros(fd, size);
	if (!result && (fsync(fd) < 0 || fstat(fd, &st) < 0))
		result = -errno;
	if (result)
		return err_sys(err, -result, "giving it %" PRIu64 "M", size >> 20);
	if ((uint64_t)st.st_blocks * 512 < size)
		return err_set(err, EINVAL, "the file system has left holes in it");
	return 0;
}

static int make_here(const struct swap_job *job, int folder, const char *name,
		     struct err *err)
{
	_cleanup_close_ int fd = openat(
		folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct swap_job here = *job;
	int result;

	if (fd < 0)
		return err_sys(err, errno, "making %s", name);
	if (fchmod(fd, 0600) < 0)
		return err_sys(err, errno, "closing it to others");
	result = set_in_place(fd, err);
	if (!result)
		result = fill(fd, job->size, err);
	here.root_fd = folder;
	snprintf(here.path, sizeof(here.path), "%s", name);
	if (!result)
		result = swap_format(&here, err);
	return !result && fsync(fd) < 0 ? err_sys(err, errno, "writing it out") : result;
}

/* What it is called until it is whole. */
static char *name_aside(const char *path)
{
	return format_text(".%s.bedplate-new", name_of(path));
}

int swap_file_make(const struct swap_job *job, struct err *err)
{
	_cleanup_close_ int folder = open_folder(job->root_fd, job->path, err);
	_cleanup_free_ char *name = name_aside(job->path);
	int result;

	if (folder < 0)
		return folder;
	if (!name)
		return err_sys(err, ENOMEM, "making %s", job->path);
	unlinkat(folder, name, 0); /* of one that did not come to its end */
	result = make_here(job, folder, name, err);
	if (!result && renameat(folder, name, folder, name_of(job->path)) < 0)
		result = err_sys(err, errno, "renaming %s", name);
	if (result)
		unlinkat(folder, name, 0);
	else
		fsync(folder);
	return result ? err_wrap(err, "swap file %s", job->path) : 0;
}

int swap_file_remove(const struct swap_job *job, struct err *err)
{
	_cleanup_close_ int folder = open_folder(job->root_fd, job->path, err);

	if (folder < 0)
		return folder;
	if (unlinkat(folder, name_of(job->path), 0) < 0)
		return err_sys(err, errno, "removing %s", job->path);
	return 0;
}

bool swap_file_has_rest(int root_fd, const char *path)
{
	_cleanup_close_ int folder = open_folder(root_fd, path, NULL);
	_cleanup_free_ char *name = name_aside(path);

	return folder >= 0 && name &&
	       faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int swap_file_remove_rest(const struct swap_job *job, struct err *err)
{
	_cleanup_close_ int folder = open_folder(job->root_fd, job->path, err);
	_cleanup_free_ char *name = name_aside(job->path);

	if (folder < 0)
		return folder;
	if (!name || unlinkat(folder, name, 0) < 0)
		return err_sys(err, name ? errno : ENOMEM, "removing it");
	return 0;
}
