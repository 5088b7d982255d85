/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scratch_fs.c: file systems that their own tools make and fill in a file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/process.h"
#include "lib/program_find.h"
#include "mkinitramfs/plan.h"
#include "mkinitramfs/scratch.h"

enum { MKFS_TIMEOUT_MS = 60000, MKFS_ARGUMENTS = 20 };

struct mkfs {
	const char *program;
	const char *dir, *file;
	const char *fstype, *uuid; /* uuid may be NULL */
	uint64_t size;
	const char *argv[MKFS_ARGUMENTS];
	size_t argc;
	char *texts[2]; /* made for argv */
};

static void add(struct mkfs *mkfs, const char *word)
{
	mkfs->argv[mkfs->argc++] = word;
}

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "making a file system");
}

/* mke2fs(8): -d fills it, lazy tables keep the file sparse. */
static int plan_ext(struct mkfs *mkfs, struct err *err)
{
	mkfs->texts[0] = format_text("%s/tree", mkfs->dir);
	mkfs->texts[1] = format_text("%" PRIu64 "k", mkfs->size >> 10);
	if (!mkfs->texts[0] || !mkfs->texts[1])
		return no_memory(err);
	add(mkfs, "-q");
	add(mkfs, "-F");
	add(mkfs, "-t");
	add(mkfs, mkfs->fstype);
	if (mkfs->uuid) {
		add(mkfs, "-U");
		add(mkfs, mkfs->uuid);
	}
	add(mkfs, "-E");
	add(mkfs, "root_owner=0:0,lazy_itable_init=1");
	add(mkfs, "-d");
	add(mkfs, mkfs->texts[0]);
	add(mkfs, mkfs->file);
	add(mkfs, mkfs->texts[1]);
	return 0;
}

/* A name of the tree is made of letters only, so the file needs no quoting; the folder's
 * path must have no blank. */
static int write_protofile(const char *dir, const char *path, struct err *err)
{
	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	strbuf_addf(&text,
		    "-\n0 0\nd--755 0 0\n"
		    "sbin d--755 0 0\ninit ---755 0 0 %s/tree/sbin/init\n$\n",
		    dir);
	for (const char *const *name = (const char *const[]){ "dev", "etc", "proc", "run",
							      "sys", "tmp", "usr", NULL };
	     *name; name++)
		strbuf_addf(&text, "%s d--755 0 0\n$\n", *name);
	strbuf_adds(&text, "$\n");
	if (fd < 0 || file_write_all(fd, text.text, text.length) < 0)
		return err_sys(err, errno, "writing %s", path);
	return 0;
}

/* mkfs.xfs(8): -p takes a prototype of the tree. */
static int plan_xfs(struct mkfs *mkfs, struct err *err)
{
	mkfs->texts[0] = format_text("%s/proto", mkfs->dir);
	mkfs->texts[1] = mkfs->uuid ? format_text("uuid=%s", mkfs->uuid) : NULL;
	if (!mkfs->texts[0] || (mkfs->uuid && !mkfs->texts[1]))
		return no_memory(err);
	if (write_protofile(mkfs->dir, mkfs->texts[0], err))
		return err->code;
	add(mkfs, "-q");
	add(mkfs, "-f");
	if (mkfs->uuid) {
		add(mkfs, "-m");
		add(mkfs, mkfs->texts[1]);
	}
	add(mkfs, "-p");
	add(mkfs, mkfs->texts[0]);
	add(mkfs, mkfs->file);
	return 0;
}

/* mkfs.btrfs(8): --rootdir fills it. */
static int plan_btrfs(struct mkfs *mkfs, struct err *err)
{
	mkfs->texts[0] = format_text("%s/tree", mkfs->dir);
	if (!mkfs->texts[0])
		return no_memory(err);
	add(mkfs, "-q");
	add(mkfs, "-f");
	if (mkfs->uuid) {
		add(mkfs, "-U");
		add(mkfs, mkfs->uuid);
	}
	add(mkfs, "--rootdir");
	add(mkfs, mkfs->texts[0]);
	add(mkfs, mkfs->file);
	return 0;
}

static const struct maker {
	const char *fstype, *program;
	unsigned mib; /* more than its tool's minimum */
	int (*plan)(struct mkfs *mkfs, struct err *err);
} makers[] = {
	{ "ext4", "mke2fs", 64, plan_ext },         { "ext3", "mke2fs", 64, plan_ext },
	{ "ext2", "mke2fs", 64, plan_ext },         { "xfs", "mkfs.xfs", 320, plan_xfs },
	{ "btrfs", "mkfs.btrfs", 256, plan_btrfs },
};

static const struct maker *maker_find(const char *fstype)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
		if (!strcmp(makers[i].fstype, fstype))
			return &makers[i];
	return NULL;
}

static int mkfs_run(struct mkfs *mkfs, struct err *err)
{
	struct process process = { .argv = mkfs->argv, .timeout_ms = MKFS_TIMEOUT_MS };

	return process_run_quiet(&process, err);
}

static int make(struct mkfs *mkfs, const struct maker *maker, struct err *err)
{
	_cleanup_free_ char *program = program_find(maker->program);
	int fd, result;

	if (!program)
		return err_set(err, ENOTSUP, "%s is not installed", maker->program);
	fd = open(mkfs->file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, errno, "making %s", mkfs->file);
	add(mkfs, program);
	result = ftruncate(fd, (off_t)mkfs->size) < 0
			 ? err_sys(err, errno, "making %s", mkfs->file)
			 : maker->plan(mkfs, err);
	if (!result)
		result = mkfs_run(mkfs, err);
	if (!result)
		return fd;
	close(fd);
	return result;
}

int scratch_fs_make(const char *dir, const struct layout *layout, struct err *err)
{
	const struct maker *maker = maker_find(layout->fstype);
	_cleanup_free_ char *file = format_text("%s/root", dir);
	struct mkfs mkfs = { .dir = dir,
			     .file = file,
			     .fstype = layout->fstype,
			     .uuid = layout->uuid,
			     .size = layout->sectors * 512 };
	int fd;

	if (!maker)
		return err_set(err, ENOTSUP, "a root on %s is not made here",
			       layout->fstype);
	if (!file)
		return no_memory(err);
	if (mkfs.size > (uint64_t)maker->mib << 20)
		mkfs.size = (uint64_t)maker->mib << 20;
	fd = make(&mkfs, maker, err);
	unlink(file);
	free(mkfs.texts[0]);
	free(mkfs.texts[1]);
	return fd < 0 ? err_wrap(err, "making a file system for the scratch disk") : fd;
}
