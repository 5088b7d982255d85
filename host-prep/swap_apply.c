/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap_apply.c: has the kernel swap to an area, or no more; makes swap space with mkswap. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/swap.h>

#include "host-prep/swap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/process.h"

enum { MKSWAP_MS = 60000 };

/* linux/swap.h, of which the C library has only a part. */
enum {
	FLAG_PREFER = 0x8000,
	FLAG_PRIORITY_MASK = 0x7fff,
	FLAG_DISCARD = 0x10000,
	FLAG_DISCARD_ONCE = 0x20000,
	FLAG_DISCARD_PAGES = 0x40000,
};

static const int discard_flags[] = {
	[host_swap_discard_no] = 0,
	[host_swap_discard_once] = FLAG_DISCARD | FLAG_DISCARD_ONCE,
	[host_swap_discard_pages] = FLAG_DISCARD | FLAG_DISCARD_PAGES,
	[host_swap_discard_all] = FLAG_DISCARD,
};

/* A name of the area that holds for other programs, too, whatever root it is below: its own,
 * which the kernel's log then speaks of, or that of the returned descriptor, which is to be
 * kept open while it is used. */
static int open_area(const struct swap_job *job, char name[PATH_MAX], struct err *err)
{
	int fd = file_open_in_root(job->root_fd, job->path, O_PATH, err);
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)getpid(), fd);
	length = fd < 0 ? -1 : readlink(link, name, PATH_MAX - 1);
	name[length < 0 ? 0 : length] = '\0';
	if (strcmp(name, job->path) != 0)
		strcpy(name, link);
	return fd;
}

int swap_on(const struct swap_job *job, int priority, struct err *err)
{
	int flags = discard_flags[job->discard];
	char name[PATH_MAX];
	_cleanup_close_ int fd = open_area(job, name, err);

	if (fd < 0)
		return fd;
	if (priority >= 0)
		flags |= FLAG_PREFER | (priority & FLAG_PRIORITY_MASK);
	if (swapon(name, flags) == 0)
		return 0;
	if (errno != EINVAL)
		return err_sys(err, errno, "swapping to %s", job->path);
	err_sys(err, EINVAL, "swapping to %s", job->path);
	return err_hint(
		err,
		job->is_file
			? "the kernel's log says why; on btrfs a swap file must have no "
			  "snapshot, and the file system one disk"
			: "the kernel's log says why");
}

int swap_off(const struct swap_job *job, struct err *err)
{
	char name[PATH_MAX];
	_cleanup_close_ int fd = open_area(job, name, err);

	if (fd < 0)
		return fd;
	/* Somebody was faster, as systemd may be when the machine is switched off. */
	if (swapoff(name) < 0 && errno != EINVAL)
		return err_sys(err, errno, "taking %s out of use", job->path);
	return 0;
}

int swap_format(const struct swap_job *job, struct err *err)
{
	char name[PATH_MAX];
	_cleanup_close_ int fd = -1;
	const char *argv[8] = { "mkswap" };
	struct process process = { .argv = argv, .timeout_ms = MKSWAP_MS };
	size_t count = 1;
	int result;

	fd = open_area(job, name, err);
	if (fd < 0)
		return fd;
	if (job->label[0]) {
		argv[count++] = "--label";
		argv[count++] = job->label;
	}
	if (job->uuid[0]) {
		argv[count++] = "--uuid";
		argv[count++] = job->uuid;
	}
	argv[count] = name;
	result = process_run_quiet(&process, err);
	return result ? err_wrap(err, "making swap space on %s", job->path) : 0;
}
