/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scratch.c: puts tables, physical volumes and the file system on disks of no substance. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/lvm_write.h"
#include "mkinitramfs/plan.h"
#include "mkinitramfs/scratch.h"

enum { COPY_SIZE = 64 << 10 };

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "making a scratch disk");
}

/* ---- the folder ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	remove(path);
	return 0;
}

static void folder_remove(struct scratch *scratch)
{
	if (scratch->dir)
		nftw(scratch->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	free(steal_pointer(scratch->dir));
}

static int folder_make(struct scratch *scratch, struct err *err)
{
	const char *parent = getenv("TMPDIR");

	scratch->dir = format_text("%s/bedplate-verify-XXXXXX",
				   parent && *parent ? parent : "/var/tmp");
	if (!scratch->dir)
		return no_memory(err);
	if (mkdtemp(scratch->dir))
		return 0;
	err_sys(err, errno, "making %s", scratch->dir);
	free(steal_pointer(scratch->dir));
	return err->code;
}

static int copy_file(const char *from, int dir_fd, const char *to, struct err *err)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out =
		openat(dir_fd, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	_cleanup_free_ char *data = malloc(COPY_SIZE);
	ssize_t got;

	if (!data)
		return no_memory(err);
	if (in < 0)
		return err_sys(err, errno, "opening %s", from);
	while ((got = read(in, data, COPY_SIZE)) > 0)
		if (out < 0 || file_write_all(out, data, (size_t)got) < 0)
			return err_sys(err, errno, "copying %s", from);
	return got < 0 ? err_sys(err, errno, "reading %s", from) : 0;
}

/* What a new root has to have: the folders that mounts are moved to, and an init. */
static int tree_make(const struct scratch *scratch, const char *init, struct err *err)
{
	static const char *const folders[] = { "tree",      "tree/dev", "tree/etc",
					       "tree/proc", "tree/run", "tree/sbin",
					       "tree/sys",  "tree/tmp", "tree/usr" };
	_cleanup_close_ int fd = open(scratch->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (fd < 0 || mkdirat(fd, folders[i], 0755) < 0)
			return err_sys(err, errno, "making %s/%s", scratch->dir,
				       folders[i]);
	return copy_file(init, fd, "tree/sbin/init", err);
}

/* ---- the disks ---- */

/* A file without a name, from the start where the file system can. */
static int file_nameless(const char *dir, struct err *err)
{
	_cleanup_free_ char *path = NULL;
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	path = format_text("%s/disk-XXXXXX", dir);
	if (!path)
		return no_memory(err);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "making %s", path);
	unlink(path);
	return fd;
}

static int disk_make(struct scratch *scratch, const struct layout_disk *disk,
		     struct err *err)
{
	int fd = file_nameless(scratch->dir, err);

	if (fd < 0)
		return fd;
	scratch->fds[scratch->count++] = fd;
	if (ftruncate(fd, (off_t)(disk->sectors * 512)) < 0)
		return err_sys(err, errno, "making a sparse file of %llu sectors",
			       (unsigned long long)disk->sectors);
	return part_table_write(fd, disk->sectors, &disk->table, err);
}

static int pv_make(const struct scratch *scratch, const struct layout *layout,
		   const struct layout_pv *pv, struct err *err)
{
	const struct lvm_write write = { .id = pv->id,
					 .sectors = pv->sectors,
					 .start = pv->start,
					 .text = layout->text,
					 .size = layout->text_size };

	return lvm_write(scratch->fds[pv->disk], pv->offset * 512, &write, err);
}

static int disks_make(struct scratch *scratch, const struct layout *layout,
		      struct err *err)
{
	int result = 0;

	if (layout->disk_count > SCRATCH_DISKS_MAX)
		return err_set(err, ENOTSUP, "%zu disks are too many",
			       layout->disk_count);
	for (size_t i = 0; !result && i < layout->disk_count; i++)
		result = disk_make(scratch, &layout->disks[i], err);
	for (size_t i = 0; !result && i < layout->pv_count; i++)
		result = pv_make(scratch, layout, &layout->pvs[i], err);
	return result;
}

/* ---- the file system onto the disks ---- */

static bool is_zero(const char *data, size_t size)
{
	return !size || (!data[0] && !memcmp(data, data + 1, size - 1));
}

/* Puts bytes of the file system where its device has them. */
static int place(const struct scratch *scratch, const struct layout *layout,
		 uint64_t byte, const char *data, size_t size, struct err *err)
{
	while (size) {
		uint64_t offset, length;
		size_t disk;
		ssize_t done;

		if (!layout_place(layout, byte, &disk, &offset, &length))
			return err_set(err, EBADMSG, "the volume has a hole at byte %llu",
				       (unsigned long long)byte);
		if (length > size)
			length = size;
		done = is_zero(data, length)
			       ? (ssize_t)length
			       : pwrite(scratch->fds[disk], data, length, (off_t)offset);
		if (done <= 0)
			return err_sys(err, done ? errno : EIO, "writing a scratch disk");
		byte += (uint64_t)done;
		data += done;
		size -= (size_t)done;
	}
	return 0;
}

static int copy_run(const struct scratch *scratch, const struct layout *layout, int fd,
		    off_t from, off_t end, struct err *err)
{
	_cleanup_free_ char *data = malloc(COPY_SIZE);
	int result = data ? 0 : no_memory(err);

	while (!result && from < end) {
		size_t size = end - from < COPY_SIZE ? (size_t)(end - from) : COPY_SIZE;
		ssize_t got = pread(fd, data, size, from);

		if (got <= 0)
			return err_sys(err, got ? errno : EIO,
				       "reading the scratch disk's file system");
		result = place(scratch, layout, (uint64_t)from, data, (size_t)got, err);
		from += got;
	}
	return result;
}

/* lseek(2): what is not data is a hole, and so are the disks already. */
static int copy_data(const struct scratch *scratch, const struct layout *layout, int fd,
		     struct err *err)
{
	off_t from = 0, end;
	int result = 0;

	while (!result && (from = lseek(fd, from, SEEK_DATA)) >= 0) {
		end = lseek(fd, from, SEEK_HOLE);
		if (end < 0)
			return err_sys(err, errno, "copying a file system");
		result = copy_run(scratch, layout, fd, from, end, err);
		from = end;
	}
	if (!result && from < 0 && errno != ENXIO)
		result = err_sys(err, errno, "copying a file system");
	return result;
}

int scratch_make(struct scratch *scratch, const struct layout *layout, const char *init,
		 struct err *err)
{
	_cleanup_close_ int fd = -1;
	int result = folder_make(scratch, err);

	if (!result)
		result = tree_make(scratch, init, err);
	if (!result) {
		fd = scratch_fs_make(scratch->dir, layout, err);
		result = fd < 0 ? fd : 0;
	}
	if (!result)
		result = disks_make(scratch, layout, err);
	if (!result)
		result = copy_data(scratch, layout, fd, err);
	folder_remove(scratch);
	return result;
}

void scratch_release(struct scratch *scratch)
{
	folder_remove(scratch);
	while (scratch->count)
		close(scratch->fds[--scratch->count]);
}
