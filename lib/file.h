/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.h: reading and replacing files below a root descriptor.
 *
 * Every reader of /proc, /sys, /dev and /etc is handed a root descriptor and a path
 * without a leading slash (one is skipped where it stands), so that it reads a fake tree
 * as gladly as the machine. file_open follows symbolic links as the kernel does;
 * file_open_in_root keeps absolute ones inside the tree.
 */
#ifndef BEDPLATE_LIB_FILE_H
#define BEDPLATE_LIB_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/strbuf.h"

enum { FILE_READ_MAX = 64 << 20 };

/* Opens a folder as a root; "" and NULL are "/". Returns a descriptor. */
int file_open_root(const char *path, struct err *err);

/* openat(2) with O_CLOEXEC, below the root. Returns a descriptor. */
int file_open(int root_fd, const char *path, int flags, struct err *err);

/* Opens below the root as if that were "/" for absolute links and "..", by openat2(2)'s
 * RESOLVE_IN_ROOT. Returns a descriptor. */
int file_open_in_root(int root_fd, const char *path, int flags, struct err *err);

/* Adds a file's whole content to `out` (at most FILE_READ_MAX bytes, else -EFBIG). Files
 * of /proc and /sys, which have no size, are read to their end. */
int file_read(int root_fd, const char *path, struct strbuf *out, struct err *err);

/* As file_read from an open descriptor; `name` stands in messages. */
int file_read_fd(int fd, const char *name, struct strbuf *out, struct err *err);

/* Reads an attribute's first line without its newline into a buffer; -ENAMETOOLONG where
 * it does not fit. For sysfs, see kernel Documentation/filesystems/sysfs.rst. */
int file_read_line(int root_fd, const char *path, char *line, size_t size,
		   struct err *err);

/* Reads an attribute that is an unsigned number, decimal or 0x. */
int file_read_u64(int root_fd, const char *path, uint64_t *value, struct err *err);

/* Writes a text with one write(2), as sysfs and procfs want it. The file must exist. */
int file_write(int root_fd, const char *path, const char *text, struct err *err);

/* readlinkat(2) with the '\0' added. Returns the length. */
int file_read_link(int root_fd, const char *path, char *target, size_t size,
		   struct err *err);

bool file_exists(int root_fd, const char *path);

/* mkdir -p below the root, mode 0755. */
int file_make_dirs(int root_fd, const char *path, struct err *err);

/* mkdir -p below the root as if that were "/", whatever links stand in the way: nothing is
 * made outside. Returns a descriptor of the folder. */
int file_make_dirs_in_root(int root_fd, const char *path, struct err *err);

/* write(2) until everything is out. */
int file_write_all(int fd, const void *data, size_t size);

/* A file that appears whole or not at all: written beside its place, synced, renamed. */
struct file_aside {
	int fd; /* write here; -1 when not open */
	int dir_fd;
	char *name; /* the final name in dir_fd */
	char *temporary;
};

#define FILE_ASIDE_INIT                \
	{                              \
		.fd = -1, .dir_fd = -1 \
	}

/* Starts a replacement of `path` (below root_fd, or as is with AT_FDCWD) with this mode.
 */
int file_aside_open(struct file_aside *aside, int root_fd, const char *path, mode_t mode,
		    struct err *err);

/* fsync, rename over the final name, fsync of the folder. Afterwards the aside is closed.
 */
int file_aside_commit(struct file_aside *aside, struct err *err);

/* The same where nothing of that name may be there: whatever is, a dangling link too, stays, and
 * it is -EEXIST. */
int file_aside_commit_new(struct file_aside *aside, struct err *err);

/* Drops the replacement and whatever was written; nothing after a commit. For cleanup. */
void file_aside_release(struct file_aside *aside);
#define _cleanup_aside_ __attribute__((cleanup(file_aside_release)))

/* All of that for a text: the file is this one afterwards, or what it was. */
int file_replace(int root_fd, const char *path, mode_t mode, const char *text,
		 struct err *err);

#endif
