/* SPDX-License-Identifier: GPL-2.0-or-later */
/* launch_host.c: what the host gives besides devices: cgroup, huge pages, locked memory. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "qemu-launch/launch.h"

/* Moving tasks into a cpuset gives them its CPUs anew, so QEMU is to be started where it
 * belongs. systemd's unit is that place and has the properties; by hand there is none. */
int launch_cgroup(struct launch *launch, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 65536);
	if (file_read(launch->system_fd, "proc/self/cgroup", &text, NULL) ||
	    !strstr(text.text, "bedplate-guest@"))
		log_debug("%s: not in a unit of systemd's: no cgroup of its own",
			  launch->name);
	(void)err;
	return 0;
}

/* ---- huge pages ---- */

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

/* The kernel gives as many as it finds; memory that is in pieces is put together first. */
static int add_pages(struct launch *launch, uint64_t size, uint64_t total,
		     uint64_t missing, struct err *err)
{
	uint64_t now = 0;
	int result = launch_note(launch, "hugepages",
				 json_pack("{s:I, s:I}", "size", (json_int_t)size,
					   "added", (json_int_t)missing),
				 err);

	if (!result)
		result = write_pool(launch->root_fd, size, total + missing, err);
	if (!result)
		result = read_pool(launch->root_fd, size, "nr_hugepages", &now, err);
	if (!result && now < total + missing) {
		file_write(launch->root_fd, "proc/sys/vm/compact_memory", "1", NULL);
		result = write_pool(launch->root_fd, size, total + missing, err);
		if (!result)
			result = read_pool(launch->root_fd, size, "nr_hugepages", &now,
					   err);
	}
	if (result || now >= total + missing)
		return result;
	if (now > total)
		write_pool(launch->root_fd, size, total, NULL);
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
	result = read_pool(launch->root_fd, size, "nr_hugepages", &total, err);
	if (!result)
		result = read_pool(launch->root_fd, size, "free_hugepages", &free_pages,
				   err);
	if (!result)
		result = read_pool(launch->root_fd, size, "resv_hugepages", &reserved,
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
	struct err err = ERR_INIT;

	if (!read_pool(launch->root_fd, size, "nr_hugepages", &total, &err) &&
	    total >= added)
		write_pool(launch->root_fd, size, total - added, &err);
	if (err.code)
		log_err(&err);
}

/* ---- locked memory ---- */

/* vfio pins all of the guest's memory, and QEMU's own for the device's registers: 1 GiB more
 * is what libvirt allows, too. */
int launch_memlock(struct launch *launch, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;

	(void)err;
	launch->memlock = 0;
	if (!data->passthrough.count && !data->memory.locked)
		return 0;
	launch->memlock =
		(data->memory.max_size > data->memory.size ? data->memory.max_size
							   : data->memory.size) +
		((uint64_t)1 << 30);
	return 0;
}
