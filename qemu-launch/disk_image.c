/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_image.c: which file a [Disk] is for QEMU, and what is in it. */
#include "qemu-launch/disk_image.h"

#include <string.h>

#include "lib/cleanup.h"

/* In the order of Format='s words. */
static const char *const formats[] = { "", "raw", "qcow2", "vmdk", "vdi", "vhdx" };

static const char *by_ending(const char *path)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 1; dot && i < ARRAY_SIZE(formats); i++)
		if (strcmp(dot + 1, formats[i]) == 0)
			return formats[i];
	return "raw";
}

const char *disk_image_format(const struct guest_disk *disk)
{
	if (disk->format != guest_disk_format_auto)
		return formats[disk->format];
	return *disk->backing ? "qcow2" : by_ending(disk->path);
}

const char *disk_image_backing_format(const struct guest_disk *disk)
{
	if (disk->backing_format != guest_disk_backing_format_auto)
		return formats[disk->backing_format];
	return by_ending(disk->backing);
}

/* A snapshot's; NULL: there is none. */
static const char *overlay_of(size_t index, const struct guest_setup *setup)
{
	return index < setup->disk_count ? setup->disks[index] : NULL;
}

void disk_image_path(const struct guest_disk *disk, size_t index,
		     const struct guest_setup *setup, struct strbuf *path)
{
	if (disk->volatile_)
		strbuf_addf(path, "%s/disk%zu.volatile.qcow2", setup->state, index);
	else
		strbuf_adds(path, overlay_of(index, setup) ? overlay_of(index, setup)
							   : disk->path);
}

const char *disk_image_node_format(const struct guest_disk *disk, size_t index,
				   const struct guest_setup *setup)
{
	return disk->volatile_ || overlay_of(index, setup) ? "qcow2"
							   : disk_image_format(disk);
}

bool disk_image_is_device(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 && strncmp(path, "/dev/shm/", 9) != 0;
}

bool disk_image_is_direct(const struct guest_disk *disk)
{
	return disk->cache == guest_disk_cache_none ||
	       disk->cache == guest_disk_cache_directsync ||
	       (disk->cache == guest_disk_cache_auto && !disk->volatile_ &&
		disk_image_is_device(disk->path));
}
