/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch_hugepages.c: huge pages for the guest, where too few are free.
 *
 *	{"size": BYTES, "added": PAGES, "before": PAGES}
 *
 * How it works: pages that are free are another guest's too, until its QEMU has taken them. So
 * one guest at a time looks, has some added and starts its QEMU; the lock is let go when that
 * has its memory. `before` stands there until the kernel has been told: who finds it looks
 * whether there is anything to be given back.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "qemu-launch/launch.h"

static const char lock_path[] = "run/bedplate-hugepages.lock";

enum { LOCK_PAUSE_MS = 20 };

/* Giving back is waited for, whoever wants us to stop: that is why it is done. */
static int lock(struct launch *launch, bool gives_back, struct err *err)
{
	_cleanup_close_ int fd = -1;

	if (launch->pages_fd >= 0)
		return 0;
	fd = openat(launch->system_fd, lock_path,
		    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, errno, "opening /%s", lock_path);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return err_sys(err, errno, "locking /%s", lock_path);
		if (gives_back)
			poll(NULL, 0, LOCK_PAUSE_MS);
		else if (launch_wait(launch, -1, LOCK_PAUSE_MS) == -EINTR)
			return err_set(err, EINTR, "stopped while it started");
	}
	launch->pages_fd = steal_fd(&fd);
	return 0;
}

void launch_huge_pages_unlock(struct launch *launch)
{
	cleanup_close(&launch->pages_fd);
	launch->pages_fd = -1;
}

static uint64_t page_size(const struct guest_conf *data)
{
	switch (data->memory.huge_pages) {
	case guest_memory_huge_pages_2M:
		return 2 << 20;
	case guest_memory_huge_pages_1G:
		return 1 << 30;
	default:
		return 0;
	}
}

static int read_pool(int root_fd, uint64_t size, const char *file, uint64_t *value,
		     struct err *err)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB/%s",
		 size >> 10, file);
	return file_read_u64(root_fd, path, value, err);
}

static int write_pool(int root_fd, uint64_t size, uint64_t pages, struct err *err)
{
	char path[128], text[32];

	snprintf(path, sizeof(path),
		 "sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB/nr_hugepages",
		 size >> 10);
	snprintf(text, sizeof(text), "%" PRIu64, pages);
	return file_write(root_fd, path, text, err);
}

static int note(struct launch *launch, uint64_t size, uint64_t added,
		const uint64_t *before, struct err *err)
{
	json_t *done = json_pack("{s:I, s:I}", "size", (json_int_t)size, "added",
				 (json_int_t)added);

	if (before)
		json_object_set_new(done, "before", json_integer((json_int_t)*before));
	return launch_note(launch, "hugepages", done, err);
}

/* The kernel gives as many as it finds; memory that is in pieces is put together first. */
static int add_pages(struct launch *launch, uint64_t size, uint64_t total,
		     uint64_t missing, struct err *err)
{
	uint64_t now = 0;
	int result = note(launch, size, missing, &total, err);

	if (!result)
		result = write_pool(launch->system_fd, size, total + missing, err);
	if (!result)
		result = read_pool(launch->system_fd, size, "nr_hugepages", &now, err);
	if (!result && now < total + missing) {
		file_write(launch->system_fd, "proc/sys/vm/compact_memory", "1", NULL);
		result = write_pool(launch->system_fd, size, total + missing, err);
		if (!result)
			result = read_pool(launch->system_fd, size, "nr_hugepages", &now,
					   err);
	}
	if (!result && now >= total + missing)
		return note(launch, size, missing, NULL, err);
	if (result)
		return result;
	if (now > total)
		write_pool(launch->system_fd, size, total, NULL);
	json_object_del(launch->state.done, "hugepages");
	err_set(err, ENOMEM,
		"%" PRIu64 " huge pages of %" PRIu64
		" MiB are missing, and the kernel finds %" PRIu64,
		missing, size >> 20, now > total ? now - total : 0);
	return err_hint(
		err, "[HugePages] of host.conf reserves them early; pages of 1G need the "
		     "kernel's command line");
}

int launch_huge_pages(struct launch *launch, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;
	uint64_t size = page_size(data), total = 0, free_pages = 0, reserved = 0, needed;
	int result;

	if (!size)
		return 0;
	needed = (data->memory.size + size - 1) / size;
	result = lock(launch, false, err);
	if (!result)
		result = read_pool(launch->system_fd, size, "nr_hugepages", &total, err);
	if (!result)
		result = read_pool(launch->system_fd, size, "free_hugepages", &free_pages,
				   err);
	if (!result)
		result = read_pool(launch->system_fd, size, "resv_hugepages", &reserved,
				   err);
	if (result)
		return result;
	free_pages -= reserved < free_pages ? reserved : free_pages;
	return free_pages >= needed
		       ? 0
		       : add_pages(launch, size, total, needed - free_pages, err);
}

void launch_huge_pages_undo(struct launch *launch, const json_t *done)
{
	uint64_t size = (uint64_t)json_integer_value(json_object_get(done, "size"));
	uint64_t added = (uint64_t)json_integer_value(json_object_get(done, "added"));
	uint64_t total = 0;
	const json_t *before = json_object_get(done, "before");
	struct err err = ERR_INIT;

	if (!lock(launch, true, &err) &&
	    !read_pool(launch->system_fd, size, "nr_hugepages", &total, &err) &&
	    total >= added && (!before || total > (uint64_t)json_integer_value(before)))
		write_pool(launch->system_fd, size, total - added, &err);
	if (err.code)
		log_err(&err);
	launch_huge_pages_unlock(launch);
}
