/* SPDX-License-Identifier: GPL-2.0-or-later */
/* root_device.c: finds how the root file system is named on a command line. */
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/root_device.h"
#include "lib/block_uuid.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/mounts.h"

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The kernel's name of the device that is mounted: "sda2", "dm-0". btrfs has a number of its
 * own (major 0) and names one of its devices. */
static char *kernel_name(int root_fd, const struct mount *mount)
{
	_cleanup_free_ char *link =
		format_text("sys/dev/block/%u:%u", mount->major, mount->minor);
	char target[512];

	if (link && mount->major &&
	    file_read_link(root_fd, link, target, sizeof(target), NULL) > 0)
		return strdup(last_part(target));
	if (file_read_link(root_fd, mount->source, target, sizeof(target), NULL) > 0)
		return strdup(last_part(target));
	return strdup(last_part(mount->source));
}

static char *mapped_name(int root_fd, const char *name)
{
	_cleanup_free_ char *path = format_text("sys/class/block/%s/dm/name", name);
	char line[256];

	if (!path || file_read_line(root_fd, path, line, sizeof(line), NULL))
		return NULL;
	return strdup(line);
}

static char *file_system_uuid(int root_fd, const char *name)
{
	_cleanup_free_ char *path = format_text("sys/class/block/%s/dev", name);
	char devno[32];

	if (!path || file_read_line(root_fd, path, devno, sizeof(devno), NULL))
		return block_uuid(root_fd, name, NULL);
	return block_uuid(root_fd, name, devno);
}

/* False where the device has no name that lasts. */
static bool write_device(int root_fd, const struct mount *mount, struct strbuf *out)
{
	_cleanup_free_ char *name = kernel_name(root_fd, mount);
	_cleanup_free_ char *mapped = name ? mapped_name(root_fd, name) : NULL;
	_cleanup_free_ char *uuid = NULL;

	if (mapped) {
		strbuf_addf(out, "root=/dev/mapper/%s", mapped);
		return true;
	}
	uuid = name ? file_system_uuid(root_fd, name) : NULL;
	if (uuid)
		strbuf_addf(out, "root=UUID=%s", uuid);
	return uuid != NULL;
}

static bool from_mounts(int root_fd, struct strbuf *out)
{
	_cleanup_mount_ struct mount mount = { .point = NULL };
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (mount_read_root(&mount, root_fd, &text, NULL) ||
	    !write_device(root_fd, &mount, out))
		return false;
	if (!strcmp(mount.fstype, "btrfs") && strcmp(mount.subtree, "/") != 0)
		strbuf_addf(out,
			    strchr(mount.subtree, ' ') ? " rootflags=\"subvol=%s\""
						       : " rootflags=subvol=%s",
			    mount.subtree + 1);
	return true;
}

/* Names that mean the same device at the next boot: not those by which the kernel counts
 * disks. */
static bool is_lasting(const char *spec)
{
	static const char *const counted[] = { "sd",     "hd",  "vd", "nvme",
					       "mmcblk", "xvd", "dm-" };

	if (strncmp(spec, "/dev/", 5) != 0)
		return strchr(spec, '=');
	for (size_t i = 0; i < ARRAY_SIZE(counted); i++)
		if (!strncmp(spec + 5, counted[i], strlen(counted[i])))
			return false;
	return true;
}

/* The option subvol=, as hasmntopt(3) finds it. */
static void write_subvolume(const struct mntent *entry, struct strbuf *out)
{
	const char *option = hasmntopt(entry, "subvol");

	if (!option || strncmp(option, "subvol=", 7) != 0)
		return;
	option += 7 + (option[7] == '/');
	strbuf_addf(out, " rootflags=subvol=%.*s", (int)strcspn(option, ","), option);
}

static bool from_table(int root_fd, struct strbuf *out)
{
	int fd = file_open_in_root(root_fd, "etc/fstab", O_RDONLY, NULL);
	_cleanup_fclose_ FILE *table = fd < 0 ? NULL : fdopen(fd, "r");
	struct mntent entry;
	char line[4096];

	while (table && getmntent_r(table, &entry, line, sizeof(line))) {
		if (strcmp(entry.mnt_dir, "/") != 0 || !is_lasting(entry.mnt_fsname))
			continue;
		strbuf_addf(out, "root=%s", entry.mnt_fsname);
		if (!strcmp(entry.mnt_type, "btrfs"))
			write_subvolume(&entry, out);
		return true;
	}
	return false;
}

int root_device_words(int root_fd, bool live, struct strbuf *out, struct err *err)
{
	if (live ? from_mounts(root_fd, out) || from_table(root_fd, out)
		 : from_table(root_fd, out) || from_mounts(root_fd, out))
		return 0;
	err_set(err, ENODEV, "the root file system has no name that lasts");
	return err_hint(err, "give root= in /etc/bedplate/cmdline");
}
