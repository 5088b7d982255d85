/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extra.c: adds files of the machine to a plan. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/content.h"
#include "mkinitramfs/extra.h"
#include "mkinitramfs/library.h"

enum { DEPTH_MAX = 40 };

struct extra {
	struct plan *plan;
	int root_fd;
	const char *reason;
	struct library_folders folders;
	struct names seen; /* of what the needs were looked at */
	struct err *err;
};

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "adding a file to the image");
}

/* ---- files and folders ---- */

static int add_link(struct extra *extra, int fd, const char *source, const char *path)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(fd, "", target, sizeof(target) - 1);

	if (length < 0)
		return err_sys(extra->err, errno, "reading the link %s", source);
	target[length] = '\0';
	plan_add_link(extra->plan, path, target, extra->reason);
	return 0;
}

static int add_any(struct extra *extra, const char *source, const char *path, int depth);

static int add_folder(struct extra *extra, const char *source, const char *path,
		      int depth)
{
	int fd = file_open_in_root(extra->root_fd, source, O_RDONLY | O_DIRECTORY,
				   extra->err);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;
	int result = 0;

	if (!dir)
		return fd < 0 ? fd : no_memory(extra->err);
	if (*path)
		plan_add_dir(extra->plan, path, extra->reason);
	if (names_add(&extra->plan->watched, source))
		return no_memory(extra->err);
	while (!result && (item = readdir(dir))) {
		_cleanup_free_ char *below = format_text("%s/%s", source, item->d_name);
		_cleanup_free_ char *to =
			format_text("%s%s%s", path, *path ? "/" : "", item->d_name);

		if (!strcmp(item->d_name, ".") || !strcmp(item->d_name, ".."))
			continue;
		result = below && to ? add_any(extra, below, to, depth + 1)
				     : no_memory(extra->err);
	}
	return result;
}

static int add_any(struct extra *extra, const char *source, const char *path, int depth)
{
	_cleanup_close_ int fd = file_open_in_root(extra->root_fd, source,
						   O_PATH | O_NOFOLLOW, extra->err);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || depth > DEPTH_MAX)
		return err_sys(extra->err, depth > DEPTH_MAX ? ELOOP : errno,
			       "reading %s", source);
	if (S_ISDIR(st.st_mode))
		return add_folder(extra, source, path, depth);
	if (S_ISLNK(st.st_mode))
		return add_link(extra, fd, source, path);
	if (!S_ISREG(st.st_mode))
		return err_set(
			extra->err, EINVAL,
			"%s is no file, link or folder and cannot go into the image",
			source);
	plan_add_file(extra->plan, path, st.st_mode & 0777, extra->root_fd, source, false,
		      extra->reason);
	return 0;
}

int extra_add_file(struct plan *plan, int root_fd, const char *path, const char *reason,
		   struct err *err)
{
	struct extra extra = { plan, root_fd, reason, .err = err };

	while (*path == '/')
		path++;
	return add_any(&extra, path, path, 0);
}

int extra_add_tree(struct plan *plan, int root_fd, const char *folder, const char *reason,
		   struct err *err)
{
	struct extra extra = { plan, root_fd, reason, .err = err };

	return add_folder(&extra, folder, "", 0);
}

/* ---- programs ---- */

static int add_needs(struct extra *extra, const char *source);

/* A program or library where it is looked for, links followed. */
static int add_program(struct extra *extra, const char *path)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	while (*path == '/')
		path++;
	if (names_have(&extra->seen, path))
		return 0;
	fd = file_open_in_root(extra->root_fd, path, O_PATH, extra->err);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(extra->err, EINVAL, "%s is no program", path);
	plan_add_file(extra->plan, path, st.st_mode & 0777, extra->root_fd, path, false,
		      extra->reason);
	return add_needs(extra, path);
}

static int add_library(struct extra *extra, const char *name, const char *user,
		       const struct elf_needs *needs)
{
	bool usual;
	_cleanup_free_ char *path = library_find(&extra->folders, extra->root_fd, name,
						 user, needs, &usual, extra->err);
	_cleanup_free_ char *link = format_text("usr/lib/%s", name);
	_cleanup_free_ char *target = format_text("/%s", path ? path : "");

	if (!path)
		return extra->err->code;
	if (!link || !target)
		return no_memory(extra->err);
	/* The image has no ld.so.cache. */
	if (!usual && !names_have(&extra->seen, path))
		plan_add_link(extra->plan, link, target, extra->reason);
	return add_program(extra, path);
}

static int add_needs(struct extra *extra, const char *source)
{
	_cleanup_content_ struct content content = CONTENT_INIT;
	_cleanup_elf_needs_ struct elf_needs needs = { .interpreter = NULL };
	int result;

	if (names_add(&extra->seen, source))
		return no_memory(extra->err);
	result = content_load(&content, extra->root_fd, source, false, extra->err);
	if (!result && elf_read_needs(&needs, content.data, content.size, extra->err))
		result = err_wrap(extra->err, "%s", source);
	content_release(&content);
	/* /bin/sh is busybox's. */
	if (!result && needs.interpreter && strcmp(needs.interpreter, "/bin/sh") != 0)
		result = add_program(extra, needs.interpreter);
	for (size_t i = 0; !result && i < needs.libraries.count; i++)
		result = add_library(extra, needs.libraries.items[i], source, &needs);
	return result;
}

static int extra_run(struct plan *plan, int root_fd, const char *path, const char *reason,
		     int (*add)(struct extra *extra, const char *path), struct err *err)
{
	struct err failed = ERR_INIT;
	struct extra extra = { plan, root_fd, reason, .err = &failed };
	int result = library_folders_read(&extra.folders, root_fd, &failed);

	if (!result)
		result = add(&extra, path);
	library_folders_release(&extra.folders);
	names_release(&extra.seen);
	if (result && err)
		*err = failed;
	return result;
}

int extra_add_needs(struct plan *plan, int root_fd, const char *source,
		    const char *reason, struct err *err)
{
	return extra_run(plan, root_fd, source, reason, add_needs, err);
}

static char *find_program(int root_fd, const char *name)
{
	static const char *const folders[] = { "usr/sbin",       "usr/bin",
					       "sbin",           "bin",
					       "usr/local/sbin", "usr/local/bin" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		char *path = format_text("%s/%s", folders[i], name);
		_cleanup_close_ int fd =
			path ? file_open_in_root(root_fd, path, O_PATH, NULL) : -1;

		if (fd >= 0)
			return path;
		free(path);
	}
	return NULL;
}

int extra_add_binary(struct plan *plan, int root_fd, const char *name, const char *reason,
		     struct err *err)
{
	_cleanup_free_ char *path =
		strchr(name, '/') ? strdup(name) : find_program(root_fd, name);

	if (!path)
		return err_set(err, ENOENT,
			       "there is no program %s, which the configuration adds",
			       name);
	return extra_run(plan, root_fd, path, reason, add_program, err);
}
