/* SPDX-License-Identifier: GPL-2.0-or-later */
/* late.c: opens the late archive in a child; see late.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/clock.h"
#include "init/late.h"
#include "init/late_unpack.h"
#include "lib/cleanup.h"
#include "lib/late_archive.h"
#include "lib/log.h"

/* Two passes: nothing of a damaged archive is to lie about as if it were whole. */
static int open_archive(int fd, int root_fd, struct err *err)
{
	struct stat st;
	void *data;
	int result;

	/* Who comes second finds that the archive has lost its name. */
	if (flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "opening it");
	if (!st.st_nlink)
		return 0;
	data = mmap(NULL, (size_t)st.st_size + 1, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return err_sys(err, errno, "reading it");
	result = late_unpack(data, (size_t)st.st_size, -1, err);
	if (!result)
		result = late_unpack(data, (size_t)st.st_size, root_fd, err);
	if (!result && unlinkat(root_fd, LATE_ARCHIVE, 0) < 0)
		result = err_sys(err, errno, "removing it");
	return result;
}

/* The answer is an err, as it lies in memory. */
static void child(int fd, int root_fd, int answer)
{
	struct err err = ERR_INIT;

	umask(0);
	open_archive(fd, root_fd, &err);
	_exit(write(answer, &err, sizeof(err)) < 0);
}

static int take_answer(pid_t pid, int answer, struct err *err)
{
	struct pollfd polled = { .fd = answer, .events = POLLIN };
	struct err told = ERR_INIT;
	int64_t until_ms = clock_us() / 1000 + LATE_TIMEOUT_MS;
	int result;

	/* A negative number would be no deadline. */
	do {
		int64_t left_ms = until_ms - clock_us() / 1000;

		result = poll(&polled, 1, left_ms > 0 ? (int)left_ms : 0);
	} while (result < 0 && errno == EINTR);
	if (result <= 0) {
		kill(pid, SIGKILL);
		return err_set(err, ETIMEDOUT, "unpacking did not end within %d s",
			       LATE_TIMEOUT_MS / 1000);
	}
	if (read(answer, &told, sizeof(told)) != (ssize_t)sizeof(told))
		told.code = err_set(&told, ECHILD, "unpacking was killed");
	waitpid(pid, NULL, 0);
	if (told.code && err)
		*err = told;
	return told.code;
}

static int open_in_child(int fd, int root_fd, struct err *err)
{
	_cleanup_close_ int from = -1;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "starting to unpack");
	from = ends[0];
	pid = fork();
	if (pid == 0)
		child(fd, root_fd, ends[1]);
	close(ends[1]);
	if (pid < 0)
		return err_sys(err, errno, "starting to unpack");
	return take_answer(pid, from, err);
}

/* A failure stays one: it is told once, and not tried again at every question. */
static struct err failed = ERR_INIT;

static int open_once(int fd, int root_fd, const char *path)
{
	int64_t start_us = clock_us();

	if (failed.code)
		return failed.code;
	if (open_in_child(fd, root_fd, &failed) < 0) {
		err_wrap(&failed, "/" LATE_ARCHIVE);
		log_warning("%s (needed for /%s)", failed.text, path);
		return failed.code;
	}
	log_info("the late archive was opened for /%s in %d ms", path,
		 (int)((clock_us() - start_us) / 1000));
	return 0;
}

int late_need_at(int root_fd, const char *path, struct err *err)
{
	_cleanup_close_ int fd = -1;

	if (faccessat(root_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	fd = openat(root_fd, LATE_ARCHIVE, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && open_once(fd, root_fd, path) < 0) {
		if (err)
			*err = failed;
		return failed.code;
	}
	if (faccessat(root_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return err_set(err, ENOENT, "/%s is not in this image", path);
}

int late_need(struct boot *boot, const char *path, struct err *err)
{
	return late_need_at(boot->root_fd, path, err);
}
