/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap_zram.c: zram devices (kernel Documentation/admin-guide/blockdev/zram.rst). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "host-prep/swap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/process.h"

static const char control[] = SWAP_ZRAM_CONTROL;

enum { MODPROBE_MS = 30000, BUSY_TRIES = 100, BUSY_WAIT_MS = 20 };

/* ---- looking ---- */

/* "lzo-rle lz4 [zstd]" */
static void read_algorithm(struct swap_seen *seen, int root_fd, const char *name)
{
	char path[128], line[512], *from, *to;

	snprintf(path, sizeof(path), "sys/block/%.64s/comp_algorithm", name);
	if (file_read_line(root_fd, path, line, sizeof(line), NULL) < 0)
		return;
	from = strchr(line, '[');
	to = from ? strchr(from, ']') : NULL;
	if (!to)
		return;
	*to = '\0';
	snprintf(seen->algorithm, sizeof(seen->algorithm), "%.31s", from + 1);
}

/* The limit can only be written; the statistics tell it as their fourth number. */
static void read_limit(struct swap_seen *seen, int root_fd, const char *name)
{
	char path[128], line[512];

	snprintf(path, sizeof(path), "sys/block/%.64s/mm_stat", name);
	if (file_read_line(root_fd, path, line, sizeof(line), NULL) >= 0)
		sscanf(line, "%*s %*s %*s %" SCNu64, &seen->limit);
}

/* False where it has no size yet, or cannot be read. */
static bool probe_device(struct swap_seen *seen, int root_fd, const char *name)
{
	char path[128];
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "sys/block/%.64s/disksize", name);
	if (strncmp(name, "zram", 4) != 0 ||
	    file_read_u64(root_fd, path, &seen->size, NULL) || !seen->size)
		return false;
	snprintf(path, sizeof(path), "dev/%.64s", name);
	fd = file_open(root_fd, path, O_RDONLY | O_NONBLOCK, NULL);
	return fd >= 0 && !swap_probe(&seen->probe, fd, name, NULL);
}

int swap_zram_find_blank(int root_fd, uint64_t size, char path[PATH_MAX], struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;

	if (names_read(&names, root_fd, "sys/block"))
		return err_sys(err, ENOMEM, "looking for zram devices");
	for (size_t i = 0; i < names.count; i++) {
		struct swap_seen seen = { .there = false };

		if (!probe_device(&seen, root_fd, names.items[i]) || seen.size != size ||
		    seen.probe.content != SWAP_BLANK)
			continue;
		snprintf(path, PATH_MAX, "/dev/%.64s", names.items[i]);
		return 1;
	}
	return 0;
}

int swap_zram_find(struct swap_seen *seen, int root_fd, const char *label,
		   struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;

	if (names_read(&names, root_fd, "sys/block"))
		return err_sys(err, ENOMEM, "looking for zram devices");
	for (size_t i = 0; i < names.count; i++) {
		if (!probe_device(seen, root_fd, names.items[i]) ||
		    seen->probe.content != SWAP_SPACE ||
		    strcmp(seen->probe.label, label) != 0)
			continue;
		read_algorithm(seen, root_fd, names.items[i]);
		read_limit(seen, root_fd, names.items[i]);
		snprintf(seen->path, sizeof(seen->path), "/dev/%.64s", names.items[i]);
		return 1;
	}
	return 0;
}

/* ---- making ---- */

/* Without a device to begin with: each is added when it is wanted. */
static int load_module(int root_fd, struct err *err)
{
	static const char *const argv[] = { "modprobe", "zram", "num_devices=0", NULL };
	struct process process = { .argv = argv, .timeout_ms = MODPROBE_MS };

	if (file_exists(root_fd, control))
		return 0;
	return process_run_quiet(&process, err);
}

static int write_attribute(const struct swap_job *job, const char *attribute,
			   const char *value, struct err *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "sys/block/%.64s/%s", strrchr(job->path, '/') + 1,
		 attribute);
	return file_write(job->root_fd, path, value, err);
}

static int set_algorithm(const struct swap_job *job, struct err *err)
{
	char path[128], line[512];
	int result;

	if (!job->algorithm[0])
		return 0;
	result = write_attribute(job, "comp_algorithm", job->algorithm, err);
	if (result != -EINVAL)
		return result;
	snprintf(path, sizeof(path), "sys/block/%.64s/comp_algorithm",
		 strrchr(job->path, '/') + 1);
	err_set(err, EINVAL, "zram does not compress by \"%s\"", job->algorithm);
	if (file_read_line(job->root_fd, path, line, sizeof(line), NULL) >= 0)
		err_hint(err, "it does by: %s", line);
	return result;
}

/* The algorithm can only be chosen before the size. */
static int set_up(const struct swap_job *job, struct err *err)
{
	char number[24];
	int result = set_algorithm(job, err);

	snprintf(number, sizeof(number), "%" PRIu64, job->size);
	if (!result)
		result = write_attribute(job, "disksize", number, err);
	snprintf(number, sizeof(number), "%" PRIu64, job->limit);
	if (!result && job->limit)
		result = write_attribute(job, "mem_limit", number, err);
	return result ? result : swap_format(job, err);
}

int swap_zram_make(struct swap_job *job, struct err *err)
{
	char path[128];
	uint64_t number;
	int result = load_module(job->root_fd, err);

	/* To read it is to make one. */
	snprintf(path, sizeof(path), "%s/hot_add", control);
	if (!result)
		result = file_read_u64(job->root_fd, path, &number, err);
	if (result)
		return result;
	snprintf(job->path, sizeof(job->path), "/dev/zram%" PRIu64, number);
	result = set_up(job, err);
	if (result)
		swap_zram_remove(job, NULL);
	return result;
}

/* udev opens a device whenever something of it changes, and nothing tells when it has done
 * with it; as long as it is open it stays. */
static int write_until_free(const struct swap_job *job, const char *path,
			    const char *value, struct err *err)
{
	static const struct timespec wait = { .tv_nsec = BUSY_WAIT_MS * 1000000L };
	int result = -EBUSY;

	for (int i = 0; result == -EBUSY && i < BUSY_TRIES; i++) {
		if (i)
			nanosleep(&wait, NULL);
		err_clear(err);
		result = file_write(job->root_fd, path, value, err);
	}
	return result;
}

int swap_zram_remove(const struct swap_job *job, struct err *err)
{
	const char *name = strrchr(job->path, '/') + 1;
	struct err none = ERR_INIT;
	char path[128];
	int result;

	snprintf(path, sizeof(path), "sys/block/%.64s/reset", name);
	result = write_until_free(job, path, "1", err ? err : &none);
	if (result)
		return result;
	snprintf(path, sizeof(path), "%s/hot_remove", control);
	return write_until_free(job, path, name + strlen("zram"), err ? err : &none);
}
