/* SPDX-License-Identifier: GPL-2.0-or-later */
/* esp.c: finds the EFI system partition. */
#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "boot/esp.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/mounts.h"

static bool has_efi(int root_fd, const char *path)
{
	_cleanup_free_ char *folder = format_text("%s/EFI", path);

	return folder && file_exists(root_fd, folder);
}

int esp_find(struct esp *esp, int root_fd, const char *wanted, struct err *err)
{
	static const char *const usual[] = { "efi", "boot/efi", "boot" };

	if (*wanted)
		esp->path = strdup(wanted + (*wanted == '/'));
	for (size_t i = 0; !*wanted && !esp->path && i < ARRAY_SIZE(usual); i++)
		if (has_efi(root_fd, usual[i]))
			esp->path = strdup(usual[i]);
	if (esp->path && has_efi(root_fd, esp->path))
		return 0;
	err_set(err, ENOENT, "there is no EFI system partition on %s",
		*wanted ? wanted : "/efi, /boot/efi or /boot");
	return err_hint(err, "mount it, or say where it is: [BootLoader] Esp=");
}

/* libblkid's PART_ENTRY_UUID; of an MBR's partition that is no UUID, and firmware knows it by
 * another name. */
static char *read_uuid(int root_fd, const char *device)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, device, O_RDONLY, NULL);
	blkid_probe probe = fd < 0 ? NULL : blkid_new_probe();
	const char *scheme = "", *value = "";
	char *uuid = NULL;

	if (probe && !blkid_probe_set_device(probe, fd, 0, 0)) {
		blkid_probe_enable_superblocks(probe, 0);
		blkid_probe_enable_partitions(probe, 1);
		blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
		if (blkid_do_safeprobe(probe) >= 0 &&
		    !blkid_probe_lookup_value(probe, "PART_ENTRY_SCHEME", &scheme,
					      NULL) &&
		    !blkid_probe_lookup_value(probe, "PART_ENTRY_UUID", &value, NULL) &&
		    !strcmp(scheme, "gpt"))
			uuid = strdup(value);
	}
	blkid_free_probe(probe);
	return uuid;
}

/* The last two parts of a partition's place in sysfs are its disk's name and its own. */
static int read_place(struct esp *esp, int root_fd, const char *link, struct err *err)
{
	_cleanup_free_ char *number = format_text("%s/partition", link);
	_cleanup_free_ char *device = NULL;
	char target[512], *slash;
	uint64_t value;
	int result;

	if (!number)
		return err_sys(err, ENOMEM, "finding the disk of /%s", esp->path);
	if (file_read_u64(root_fd, number, &value, NULL))
		return err_set(err, ENODEV, "/%s is not on a partition", esp->path);
	result = file_read_link(root_fd, link, target, sizeof(target), err);
	slash = result < 0 ? NULL : strrchr(target, '/');
	if (!slash)
		return err_set(err, ENODEV, "cannot tell the disk of /%s", esp->path);
	device = format_text("dev/%s", slash + 1);
	esp->uuid = device ? read_uuid(root_fd, device) : NULL;
	*slash = '\0';
	slash = strrchr(target, '/');
	esp->number = (unsigned)value;
	esp->disk = format_text("/dev/%s", slash ? slash + 1 : target);
	/* sysfs has '!' for '/' (drivers/base/core.c). */
	for (char *c = esp->disk; c && (c = strchr(c, '!'));)
		*c = '/';
	return esp->disk ? 0 : err_sys(err, ENOMEM, "finding the disk of /%s", esp->path);
}

int esp_find_disk(struct esp *esp, int root_fd, struct err *err)
{
	_cleanup_free_ char *point = format_text("/%s", esp->path), *link = NULL;
	_cleanup_strbuf_ struct strbuf text;
	struct mount mount = { .point = NULL };
	int result;

	strbuf_init(&text, 0);
	result = file_read(root_fd, "proc/self/mountinfo", &text, err);
	if (!result)
		result = mount_find(&mount, text.text, point ? point : "", err);
	if (result <= 0)
		return result ? result
			      : err_set(err, ENODEV, "nothing is mounted on %s", point);
	link = format_text("sys/dev/block/%u:%u", mount.major, mount.minor);
	mount_release(&mount);
	return link ? read_place(esp, root_fd, link, err)
		    : err_sys(err, ENOMEM, "finding the disk of /%s", esp->path);
}

void esp_release(struct esp *esp)
{
	free(esp->path);
	free(esp->disk);
	free(esp->uuid);
	*esp = (struct esp)ESP_INIT;
}
