/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extract.c: unpacks an initramfs into a folder that appears whole or not at all. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "mkinitramfs/extract.h"
#include "mkinitramfs/extract_private.h"
#include "mkinitramfs/plan.h"

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int check_place(const char *dir, struct err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;

	if (fd < 0)
		return errno == ENOENT ? 0
				       : err_sys(err, errno, "unpacking into %s", dir);
	while (folder && (item = readdir(folder)))
		if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
			return err_set(err, ENOTEMPTY, "%s is not empty", dir);
	return 0;
}

/* "/a/b/" gives "/a/.b.PID.new". */
static char *aside_name(const char *dir)
{
	size_t length = strlen(dir);
	const char *base;

	while (length > 1 && dir[length - 1] == '/')
		length--;
	base = memrchr(dir, '/', length);
	base = base ? base + 1 : dir;
	return format_text("%.*s.%.*s.%d.new", (int)(base - dir), dir,
			   (int)(length - (size_t)(base - dir)), base, getpid());
}

static int extract_aside(struct extraction *x, const char *path, const char *aside,
			 struct err *err)
{
	int result;

	x->dir_fd = open(aside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (x->dir_fd < 0)
		return err_sys(err, errno, "opening %s", aside);
	result = extract_all(x, err);
	if (!result && fchmod(x->dir_fd, 0755) < 0)
		result = err_sys(err, errno, "opening %s", aside);
	close(x->dir_fd);
	return result ? err_wrap(err, "%s", path) : 0;
}

static void extraction_free(struct extraction **x)
{
	if (!*x)
		return;
	archive_release(&(*x)->archive);
	for (size_t i = 0; i < (*x)->link_count; i++)
		free((*x)->links[i].path);
	free((*x)->links);
	folders_free(*x);
	free(*x);
}

int extract_run(const char *path, const char *dir, struct err *err)
{
	__attribute__((cleanup(extraction_free))) struct extraction *x =
		calloc(1, sizeof(*x));
	_cleanup_free_ char *aside = aside_name(dir);
	int result;

	if (!x || !aside)
		return err_sys(err, ENOMEM, "unpacking %s", path);
	result = check_place(dir, err);
	if (!result)
		result = archive_open_file(&x->archive, path, err);
	if (!result && mkdir(aside, 0700) < 0)
		return err_sys(err, errno, "unpacking into %s", dir);
	if (result)
		return result;
	result = extract_aside(x, path, aside, err);
	if (!result && rename(aside, dir) < 0)
		result = err_sys(err, errno, "renaming %s to %s", aside, dir);
	if (result)
		remove_tree(aside);
	return result;
}
