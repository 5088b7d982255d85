/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file.c: readers and writers below a root descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"

/* A path is meant below its root even when it is written from "/". */
static const char *file_relative(const char *path)
{
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

int file_open_root(const char *path, struct err *err)
{
	int fd;

	if (!path || !*path)
		path = "/";
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "opening the root folder %s", path);
	return fd;
}

int file_open(int root_fd, const char *path, int flags, struct err *err)
{
	int fd = openat(root_fd, file_relative(path), flags | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, errno, "opening %s", path);
	return fd;
}

int file_open_in_root(int root_fd, const char *path, int flags, struct err *err)
{
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	};
	long fd = syscall(SYS_openat2, root_fd, file_relative(path), &how, sizeof(how));

	if (fd < 0)
		return err_sys(err, errno, "opening %s", path);
	return (int)fd;
}

int file_read_fd(int fd, const char *name, struct strbuf *out, struct err *err)
{
	size_t before = out->length;
	struct stat st;
	ssize_t got;

	/* Files of procfs and sysfs say 0 or a page; one page is then what they mostly
	 * have. */
	if (fstat(fd, &st) < 0 || st.st_size < 4096)
		st.st_size = 4095;
	if (st.st_size > FILE_READ_MAX)
		return err_set(err, EFBIG, "reading %s: larger than %d MiB", name,
			       FILE_READ_MAX >> 20);
	for (size_t want = (size_t)st.st_size + 1;; want = 4096) {
		if (out->length - before > FILE_READ_MAX || !strbuf_grow(out, want))
			return err_set(err, EFBIG, "reading %s: too large", name);
		got = read(fd, out->text + out->length, want);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		out->length += (size_t)got;
		/* Also what is too large in the end is a string as far as it came. */
		out->text[out->length] = '\0';
	}
	if (got < 0)
		return err_sys(err, errno, "reading %s", name);
	return 0;
}

int file_read(int root_fd, const char *path, struct strbuf *out, struct err *err)
{
	_cleanup_close_ int fd = file_open(root_fd, path, O_RDONLY, err);

	return fd < 0 ? fd : file_read_fd(fd, path, out, err);
}

int file_read_line(int root_fd, const char *path, char *line, size_t size,
		   struct err *err)
{
	_cleanup_close_ int fd = file_open(root_fd, path, O_RDONLY, err);
	ssize_t got;
	char *end;

	if (fd < 0)
		return fd;
	got = read(fd, line, size);
	if (got < 0)
		return err_sys(err, errno, "reading %s", path);
	end = memchr(line, '\n', (size_t)got);
	if (!end && (size_t)got == size)
		return err_sys(err, ENAMETOOLONG, "reading %s", path);
	*(end ? end : line + got) = '\0';
	return 0;
}

int file_read_u64(int root_fd, const char *path, uint64_t *value, struct err *err)
{
	char line[64], *end;
	int result = file_read_line(root_fd, path, line, sizeof(line), err);

	if (result < 0)
		return result;
	errno = 0;
	*value = strtoull(line, &end, 0);
	if (errno || end == line || *end)
		return err_set(err, EINVAL, "reading %s: \"%s\" is not a number", path,
			       line);
	return 0;
}

int file_write(int root_fd, const char *path, const char *text, struct err *err)
{
	_cleanup_close_ int fd = file_open(root_fd, path, O_WRONLY, err);
	size_t length = strlen(text);
	ssize_t done;

	if (fd < 0)
		return fd;
	done = write(fd, text, length);
	if (done < 0)
		return err_sys(err, errno, "writing \"%s\" to %s", text, path);
	if ((size_t)done != length)
		return err_sys(err, EIO, "writing \"%s\" to %s: cut short", text, path);
	return 0;
}

int file_read_link(int root_fd, const char *path, char *target, size_t size,
		   struct err *err)
{
	ssize_t length = readlinkat(root_fd, file_relative(path), target, size);

	if (length < 0)
		return err_sys(err, errno, "reading the link %s", path);
	if ((size_t)length == size)
		return err_sys(err, ENAMETOOLONG, "reading the link %s", path);
	target[length] = '\0';
	return (int)length;
}

bool file_exists(int root_fd, const char *path)
{
	return faccessat(root_fd, file_relative(path), F_OK, 0) == 0;
}

int file_make_dirs(int root_fd, const char *path, struct err *err)
{
	_cleanup_free_ char *copy = strdup(file_relative(path));

	if (!copy)
		return err_sys(err, ENOMEM, "making the folder %s", path);
	for (char *slash = copy; slash; *slash = '/') {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdirat(root_fd, copy, 0755) < 0 && errno != EEXIST)
			return err_sys(err, errno, "making the folder %s", copy);
		if (!slash)
			break;
	}
	return 0;
}

/* Opens `path` as a folder, made beside its siblings in `parent_fd` where it is not there. */
static int make_dir_in_root(int root_fd, int parent_fd, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	int fd = file_open_in_root(root_fd, path, O_RDONLY | O_DIRECTORY, NULL);

	if (fd >= 0)
		return fd;
	if (mkdirat(parent_fd, slash ? slash + 1 : path, 0755) < 0 && errno != EEXIST)
		return err_sys(err, errno, "making the folder %s", path);
	return file_open_in_root(root_fd, path, O_RDONLY | O_DIRECTORY, err);
}

int file_make_dirs_in_root(int root_fd, const char *path, struct err *err)
{
	_cleanup_free_ char *copy = strdup(file_relative(path));
	int fd = file_open_in_root(root_fd, ".", O_RDONLY | O_DIRECTORY, err);

	if (!copy && fd >= 0) {
		close(fd);
		return err_sys(err, ENOMEM, "making the folder %s", path);
	}
	for (char *slash = copy; fd >= 0 && slash; *slash = '/') {
		int parent_fd = fd;

		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		fd = make_dir_in_root(root_fd, parent_fd, copy, err);
		close(parent_fd);
		if (!slash)
			break;
	}
	return fd;
}

int file_write_all(int fd, const void *data, size_t size)
{
	const char *next = data;

	while (size) {
		ssize_t done = write(fd, next, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		next += done;
		size -= (size_t)done;
	}
	return 0;
}

static int file_aside_dir(struct file_aside *aside, int root_fd, const char *path)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *dir = NULL;

	aside->name = strdup(slash ? slash + 1 : path);
	dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path))
		    : strdup(".");
	if (!dir || !aside->name)
		return -ENOMEM;
	if (!*aside->name)
		return -EISDIR;
	aside->dir_fd = openat(root_fd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return aside->dir_fd < 0 ? -errno : 0;
}

int file_aside_open(struct file_aside *aside, int root_fd, const char *path, mode_t mode,
		    struct err *err)
{
	/* Somebody who reads the folder must not take a half-written file for a real one,
	 * so the name begins with a dot: boot loaders' generators look for "initrd*" and
	 * the like. */
	int result = file_aside_dir(aside, root_fd,
				    root_fd == AT_FDCWD ? path : file_relative(path));

	if (!result &&
	    asprintf(&aside->temporary, ".%s.%d.new", aside->name, getpid()) < 0) {
		aside->temporary = NULL;
		result = -ENOMEM;
	}
	if (!result) {
		aside->fd =
			openat(aside->dir_fd, aside->temporary,
			       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
		result = aside->fd < 0 ? -errno : 0;
	}
	if (!result && fchmod(aside->fd, mode) < 0)
		result = -errno;
	if (!result)
		return 0;
	file_aside_release(aside);
	return err_sys(err, -result, "creating %s", path);
}

/* renameat(2) puts the file over whatever is there, linkat(2) never does. */
static int aside_place(struct file_aside *aside, bool is_new)
{
	if (!is_new)
		return renameat(aside->dir_fd, aside->temporary, aside->dir_fd,
				aside->name);
	if (linkat(aside->dir_fd, aside->temporary, aside->dir_fd, aside->name, 0) < 0)
		return -1;
	unlinkat(aside->dir_fd, aside->temporary, 0);
	return 0;
}

static int aside_commit(struct file_aside *aside, bool is_new, struct err *err)
{
	int result = 0;

	if (fsync(aside->fd) < 0)
		result = err_sys(err, errno, "syncing %s", aside->temporary);
	else if (aside_place(aside, is_new) < 0)
		result = err_sys(err, errno, "renaming %s to %s", aside->temporary,
				 aside->name);
	if (!result) {
		free(steal_pointer(aside->temporary));
		if (fsync(aside->dir_fd) < 0)
			result = err_sys(err, errno, "syncing the folder of %s",
					 aside->name);
	}
	file_aside_release(aside);
	return result;
}

int file_aside_commit(struct file_aside *aside, struct err *err)
{
	return aside_commit(aside, false, err);
}

int file_aside_commit_new(struct file_aside *aside, struct err *err)
{
	return aside_commit(aside, true, err);
}

void file_aside_release(struct file_aside *aside)
{
	if (aside->temporary && aside->fd >= 0)
		unlinkat(aside->dir_fd, aside->temporary, 0);
	cleanup_close(&aside->fd);
	cleanup_close(&aside->dir_fd);
	free(aside->name);
	free(aside->temporary);
	*aside = (struct file_aside)FILE_ASIDE_INIT;
}

int file_replace(int root_fd, const char *path, mode_t mode, const char *text,
		 struct err *err)
{
	_cleanup_aside_ struct file_aside aside = FILE_ASIDE_INIT;
	int result = file_aside_open(&aside, root_fd, path, mode, err);

	if (result)
		return result;
	result = file_write_all(aside.fd, text, strlen(text));
	if (result)
		return err_sys(err, -result, "writing %s", path);
	return file_aside_commit(&aside, err);
}
