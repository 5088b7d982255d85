/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap_look.c: what there is of the swap space that a section asks for. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <linux/fs.h>

#include "host-prep/swap.h"
#include "lib/cleanup.h"
#include "lib/conf.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/mount_text.h"
#include "lib/names.h"
#include "lib/origin.h"
#include "lib/value/units.h"

enum { SPARSE_UNIT = 512 /* of st_blocks */ };

void swap_wish_make(struct swap_wish *wish, const struct part_context *context,
		    size_t index, unsigned zram_number, uint64_t memory)
{
	const struct host_swap *conf = &context->host->swap.items[index];
	const char *key = *conf->device ? "Device" : *conf->file ? "File" : "Zram";
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct size_share share = { .percent = 0 };

	*wish = (struct swap_wish){ .conf = conf, .priority = (int)conf->priority };
	origin_text(context->conf, "Swap", key, index, wish->origin,
		    sizeof(wish->origin));
	if (*conf->size && size_share_parse(conf->size, &share, NULL) == 0)
		wish->size = size_share_of(&share, memory) / page * page;
	snprintf(wish->label, sizeof(wish->label), "%.15s", conf->label);
	if (conf->zram && !*conf->label)
		snprintf(wish->label, sizeof(wish->label), "bedplate-zram%u",
			 zram_number % 100);
	if (conf->zram && !conf_origin(context->conf, "Swap", "Priority", index).file)
		wish->priority = SWAP_ZRAM_PRIORITY;
}

/* Whether a line of mountinfo is of the device: by its number, or, where the file system has one
 * of its own (btrfs), by what was mounted. */
static bool is_mount_of(const struct swap_seen *seen, int root_fd, const char *line,
			const char *number, dev_t own)
{
	const char *behind = strstr(line, " - ");
	char device[32], source[256];

	if (sscanf(line, "%*s %*s %31s", device) == 1 && !strcmp(device, number))
		return true;
	if (!behind || sscanf(behind, " - %*s %255s", source) != 1 || *source != '/')
		return false;
	mount_text_decode(source);
	return !strcmp(source, seen->path) ||
	       (own && swap_device_number(root_fd, source) == own);
}

static bool find_mount(struct swap_seen *seen, int root_fd, const char *number)
{
	dev_t own = swap_device_number(root_fd, seen->path);
	_cleanup_strbuf_ struct strbuf text;
	char *rest, *line;

	strbuf_init(&text, 0);
	file_read(root_fd, "proc/self/mountinfo", &text, NULL);
	rest = text.text;
	while ((line = strsep(&rest, "\n"))) {
		char point[200];

		if (sscanf(line, "%*s %*s %*s %*s %199s", point) != 1 ||
		    !is_mount_of(seen, root_fd, line, number, own))
			continue;
		mount_text_decode(point);
		snprintf(seen->held, sizeof(seen->held), "it is mounted on %s", point);
		return true;
	}
	return false;
}

/* Device-mapper, RAID and loop devices that stand on it. */
static int find_holder(struct swap_seen *seen, int root_fd, const char *folder)
{
	_cleanup_names_ struct names holders = NAMES_INIT;
	_cleanup_free_ char *path = format_text("%s/holders", folder);

	if (!path || names_read(&holders, root_fd, path))
		return -ENOMEM;
	if (holders.count)
		snprintf(seen->held, sizeof(seen->held), "%.200s stands on it",
			 holders.items[0]);
	return 0;
}

/* By its number: without udev a mapped device's node has a name that sysfs does not know. */
static char *folder_in_sysfs(int root_fd, const char *path)
{
	dev_t device = swap_device_number(root_fd, path);

	if (device)
		return format_text("sys/dev/block/%u:%u", major(device), minor(device));
	return format_text("sys/class/block/%s", strrchr(path, '/') + 1);
}

static int look_for_holders(struct swap_seen *seen, int root_fd)
{
	_cleanup_free_ char *folder = folder_in_sysfs(root_fd, seen->path);
	_cleanup_free_ char *path = folder ? format_text("%s/dev", folder) : NULL;
	char number[32];

	if (!path)
		return -ENOMEM;
	if (file_read_line(root_fd, path, number, sizeof(number), NULL) >= 0 &&
	    find_mount(seen, root_fd, number))
		return 0;
	return find_holder(seen, root_fd, folder);
}

static uint64_t size_of(int fd, const struct stat *st)
{
	uint64_t size = 0;

	if (S_ISBLK(st->st_mode) && ioctl(fd, BLKGETSIZE64, &size) == 0)
		return size;
	return (uint64_t)st->st_size;
}

static int look_at(struct swap_seen *seen, int root_fd, struct err *err)
{
	_cleanup_close_ int fd =
		file_open_in_root(root_fd, seen->path, O_RDONLY | O_NONBLOCK, err);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_sys(err, errno, "%s", seen->path);
	seen->there = true;
	seen->size = size_of(fd, &st);
	seen->mode = st.st_mode;
	seen->is_sparse =
		S_ISREG(st.st_mode) && (uint64_t)st.st_blocks * SPARSE_UNIT < seen->size;
	seen->is_copied = S_ISREG(st.st_mode) && swap_file_is_copied(fd);
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return 0;
	return swap_probe(&seen->probe, fd, seen->path, err);
}

static int look_at_device(struct swap_seen *seen, int root_fd,
			  const struct swap_wish *wish, struct err *err)
{
	int result = swap_find_device(root_fd, wish->conf->device, seen->path, err);

	if (result)
		return err_wrap(err, "%s", wish->origin);
	if (look_for_holders(seen, root_fd))
		return err_sys(err, ENOMEM, "looking at %s", seen->path);
	return look_at(seen, root_fd, err);
}

static int look_at_file(struct swap_seen *seen, int root_fd, const struct swap_wish *wish,
			struct err *err)
{
	seen->is_file = true;
	if (swap_real_path(root_fd, wish->conf->file, seen->path, NULL)) {
		if (swap_new_path(root_fd, wish->conf->file, seen->path, NULL))
			snprintf(seen->path, sizeof(seen->path), "%s", wish->conf->file);
		swap_file_check(seen, root_fd);
		return 0;
	}
	swap_file_check(seen, root_fd);
	return look_at(seen, root_fd, err);
}

static int look_at_zram(struct swap_seen *seen, int root_fd, const struct swap_wish *wish,
			struct err *err)
{
	int found = swap_zram_find(seen, root_fd, wish->label, err);

	seen->there = found > 0;
	return found < 0 ? found : 0;
}

int swap_look(struct swap_seen *seen, int root_fd, const struct swap_wish *wish,
	      const struct swap_areas *areas, struct err *err)
{
	const struct swap_area *area;
	int result;

	*seen = (struct swap_seen){ .discard = -1 };
	if (*wish->conf->device)
		result = look_at_device(seen, root_fd, wish, err);
	else if (*wish->conf->file)
		result = look_at_file(seen, root_fd, wish, err);
	else
		result = look_at_zram(seen, root_fd, wish, err);
	if (result)
		return result;
	area = swap_areas_find(areas, seen->path,
			       swap_device_number(root_fd, seen->path));
	if (area) {
		/* The name that it is in use by. */
		memcpy(seen->path, area->path, sizeof(seen->path));
		seen->active = true;
		seen->used = area->used;
		seen->priority = area->priority;
	}
	return 0;
}
