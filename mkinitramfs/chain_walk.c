/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chain_walk.c: walks from a mount down to its disks and from each disk up to the
 * processor.
 *
 * How it works: the mount's device number leads to a folder in sysfs. A partition belongs
 * to the disk above it; a device with slaves/ (device-mapper, md) stands on all of them,
 * and each is walked in turn; what has neither is a disk. From a disk every parent folder
 * is looked at for a driver and a modalias, for the way to it may need several drivers
 * (PCI, virtio, SCSI).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/lvm_name.h"
#include "lib/names.h"
#include "mkinitramfs/chain_private.h"
#include "mkinitramfs/plan.h"

enum { CHAIN_DEPTH = 16 };

int chain_no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "reading the root's device chain");
}

int chain_add_module(struct chain *chain, const char *name, bool must, const char *reason,
		     struct err *err)
{
	struct chain_module *more;

	for (size_t i = 0; i < chain->module_count; i++)
		if (!strcmp(chain->modules[i].name, name))
			return 0;
	more = reallocarray(chain->modules, chain->module_count + 1, sizeof(*more));
	if (!more)
		return chain_no_memory(err);
	chain->modules = more;
	more += chain->module_count++;
	*more = (struct chain_module){ strdup(name), strdup(reason), must };
	return more->name && more->reason ? 0 : chain_no_memory(err);
}

static int chain_add_volume(struct chain *chain, const char *dm_name, struct err *err)
{
	_cleanup_free_ char *volume = lvm_volume_name(dm_name);
	char **more;

	if (!volume)
		return 0;
	for (size_t i = 0; i < chain->volume_count; i++)
		if (!strcmp(chain->volumes[i], volume))
			return 0;
	more = reallocarray(chain->volumes, chain->volume_count + 1, sizeof(*more));
	if (!more)
		return chain_no_memory(err);
	chain->volumes = more;
	more[chain->volume_count++] = steal_pointer(volume);
	return 0;
}

/* ---- up: from a disk to the processor ---- */

static bool chain_has_device(const struct chain *chain, const char *path)
{
	for (size_t i = 0; i < chain->device_count; i++)
		if (!strcmp(chain->devices[i].path, path))
			return true;
	return false;
}

static char *driver_module(int root_fd, const char *dir)
{
	_cleanup_free_ char *driver = format_text("%s/driver", dir);
	_cleanup_free_ char *path = driver ? sysfs_link(root_fd, driver, NULL) : NULL;

	return path ? sysfs_link_name(root_fd, path, "module") : NULL;
}

static int chain_add_device(struct chain *chain, int root_fd, const char *dir,
			    bool keyboard, struct err *err)
{
	struct chain_device device = {
		.modalias = sysfs_attribute(root_fd, dir, "modalias"),
		.driver = sysfs_link_name(root_fd, dir, "driver"),
		.module = driver_module(root_fd, dir),
		.keyboard = keyboard,
	};
	struct chain_device *more;

	if (!device.modalias && !device.driver)
		return 0;
	device.path = strdup(dir);
	more = reallocarray(chain->devices, chain->device_count + 1, sizeof(*more));
	if (more) {
		chain->devices = more;
		more[chain->device_count++] = device;
	}
	return more && device.path ? 0 : chain_no_memory(err);
}

int chain_add_parents(struct chain *chain, int root_fd, const char *dir, bool keyboard,
		      struct err *err)
{
	_cleanup_free_ char *path = strdup(dir);
	int result = path ? 0 : chain_no_memory(err);

	while (!result && strncmp(path, "sys/devices/", 12) == 0) {
		if (!chain_has_device(chain, path))
			result = chain_add_device(chain, root_fd, path, keyboard, err);
		*strrchr(path, '/') = '\0';
	}
	return result;
}

/* A namespace of a multipath NVMe subsystem is a virtual device; its controllers are
 * links beside it. */
static int chain_add_nvme_paths(struct chain *chain, int root_fd, const char *dir,
				struct err *err)
{
	_cleanup_free_ char *parent = strndup(dir, (size_t)(strrchr(dir, '/') - dir));
	_cleanup_names_ struct names names = NAMES_INIT;
	int result =
		parent && !names_read(&names, root_fd, parent) ? 0 : chain_no_memory(err);

	for (size_t i = 0; !result && i < names.count; i++) {
		_cleanup_free_ char *link = format_text("%s/%s", parent, names.items[i]);
		_cleanup_free_ char *target = NULL;

		if (link && !strncmp(names.items[i], "nvme", 4))
			target = sysfs_link(root_fd, link, NULL);
		if (target)
			result = chain_add_parents(chain, root_fd, target, false, err);
	}
	return result;
}

static int chain_add_disk(struct chain *chain, int root_fd, const char *dir,
			  struct err *err)
{
	if (strstr(dir, "/nvme-subsystem/"))
		return chain_add_nvme_paths(chain, root_fd, dir, err);
	if (!strncmp(dir, "sys/devices/virtual/", 20))
		log_warning(
			"%s: how this device comes about is not known; the image may not find it",
			dir);
	return chain_add_parents(chain, root_fd, dir, false, err);
}

/* ---- down: from a mount to its disks ---- */

struct layer {
	const char *key;     /* begins or ends the text looked at */
	const char *modules; /* parted by blanks */
};

/* By the beginning of dm/uuid. */
static const struct layer dm_kinds[] = {
	{ "LVM-", "dm-mod" },
	{ "CRYPT-", "dm-mod dm-crypt" },
	{ "mpath-", "dm-mod dm-multipath scsi_dh_alua dm-service-time" },
	{ "part", "dm-mod" },
	{ "DMRAID-", "dm-mod dm-raid" },
};

struct unmet {
	const char *key; /* begins dm/uuid */
	const char *why;
};

/* Mapped devices that /init does not bring about. */
static const struct unmet dm_unmet[] = {
	{ "CRYPT-", "is encrypted; /init does not unlock it" },
	{ "mpath-", "is a multipath device, which /init does not assemble" },
	{ "DMRAID-", "is a firmware RAID, which /init does not assemble" },
};

/* By the hidden volumes that LVM makes for a target, as they show in the names and UUIDs
 * of its slaves. */
static const struct layer lvm_parts[] = {
	{ "_rimage_", "dm-raid raid1 raid456 raid10 raid0" },
	{ "_rmeta_", "dm-raid" },
	{ "_mimage_", "dm-mirror" },
	{ "_tdata", "dm-thin-pool" },
	{ "-tpool", "dm-thin-pool" },
	{ "_cdata", "dm-cache dm-cache-smq" },
	{ "_cvol", "dm-cache dm-cache-smq dm-writecache" },
	{ "_wcorig", "dm-writecache" },
	{ "_imeta", "dm-integrity" },
	{ "_vdata", "kvdo dm-vdo" },
	{ "-real", "dm-snapshot" },
	{ "-cow", "dm-snapshot" },
};

/* By md/level. */
static const struct layer md_levels[] = {
	{ "linear", "md-mod md-linear" }, { "raid0", "md-mod raid0" },
	{ "raid1", "md-mod raid1" },      { "raid10", "md-mod raid10" },
	{ "raid4", "md-mod raid456" },    { "raid5", "md-mod raid456" },
	{ "raid6", "md-mod raid456" },
};

static int chain_add_modules(struct chain *chain, const char *modules, bool must,
			     const char *dir, const char *why, struct err *err)
{
	_cleanup_free_ char *copy = strdup(modules);
	_cleanup_free_ char *reason = format_text("%s is %s", strrchr(dir, '/') + 1, why);
	int result = copy && reason ? 0 : chain_no_memory(err);

	for (char *next = copy, *word; !result && (word = strsep(&next, " "));)
		result = chain_add_module(chain, word, must, reason, err);
	return result;
}

static void chain_warn_mapped(const char *uuid, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(dm_unmet); i++)
		if (!strncmp(uuid, dm_unmet[i].key, strlen(dm_unmet[i].key)))
			log_warning("%s %s", name, dm_unmet[i].why);
}

static int chain_add_mapped(struct chain *chain, int root_fd, const char *dir, bool top,
			    struct err *err)
{
	_cleanup_free_ char *uuid = sysfs_attribute(root_fd, dir, "dm/uuid");
	_cleanup_free_ char *name = sysfs_attribute(root_fd, dir, "dm/name");
	bool is_lvm = uuid && !strncmp(uuid, "LVM-", 4);
	int result =
		chain_add_modules(chain, "dm-mod", true, dir, "a mapped device", err);

	for (size_t i = 0; uuid && !result && i < ARRAY_SIZE(dm_kinds); i++)
		if (!strncmp(uuid, dm_kinds[i].key, strlen(dm_kinds[i].key)))
			result = chain_add_modules(chain, dm_kinds[i].modules, false, dir,
						   "a mapped device", err);
	for (size_t i = 0; is_lvm && name && !result && i < ARRAY_SIZE(lvm_parts); i++)
		if (strstr(name, lvm_parts[i].key) || strstr(uuid, lvm_parts[i].key))
			result =
				chain_add_modules(chain, lvm_parts[i].modules, false, dir,
						  "a part of a logical volume", err);
	/* What a linear or striped volume stands on is no volume. */
	chain->needs_lvm |= is_lvm && !top;
	if (!result && top && is_lvm && name)
		result = chain_add_volume(chain, name, err);
	if (uuid)
		chain_warn_mapped(uuid, name ? name : dir);
	return result;
}

static int chain_add_md(struct chain *chain, int root_fd, const char *dir,
			struct err *err)
{
	_cleanup_free_ char *level = sysfs_attribute(root_fd, dir, "md/level");

	log_warning("%s is a software RAID, which /init does not assemble",
		    strrchr(dir, '/') + 1);
	for (size_t i = 0; level && i < ARRAY_SIZE(md_levels); i++)
		if (!strcmp(level, md_levels[i].key))
			return chain_add_modules(chain, md_levels[i].modules, false, dir,
						 "a software RAID", err);
	return 0;
}

static int chain_walk(struct chain *chain, int root_fd, const char *dir, int depth,
		      struct err *err);

/* Walks what a device stands on: the number of those, or -errno. */
static int chain_add_slaves(struct chain *chain, int root_fd, const char *dir, int depth,
			    struct err *err)
{
	_cleanup_free_ char *slaves = format_text("%s/slaves", dir);
	_cleanup_names_ struct names names = NAMES_INIT;
	int result =
		slaves && !names_read(&names, root_fd, slaves) ? 0 : chain_no_memory(err);

	for (size_t i = 0; !result && i < names.count; i++) {
		_cleanup_free_ char *link = format_text("%s/%s", slaves, names.items[i]);
		_cleanup_free_ char *target =
			link ? sysfs_link(root_fd, link, err) : NULL;

		if (!target)
			return link ? err->code : chain_no_memory(err);
		result = chain_walk(chain, root_fd, target, depth + 1, err);
	}
	return result ? result : (int)names.count;
}

static bool sysfs_has(int root_fd, const char *dir, const char *name)
{
	_cleanup_free_ char *path = format_text("%s/%s", dir, name);

	return path && file_exists(root_fd, path);
}

/* Walks down from one block device; depth 0 is what the file system lies on. */
static int chain_walk(struct chain *chain, int root_fd, const char *dir, int depth,
		      struct err *err)
{
	_cleanup_free_ char *disk = NULL;
	int result = 0;

	if (depth > CHAIN_DEPTH)
		return err_set(err, ELOOP, "%s: devices stand on each other in a circle",
			       dir);
	if (sysfs_has(root_fd, dir, "partition")) {
		disk = strndup(dir, (size_t)(strrchr(dir, '/') - dir));
		return disk ? chain_walk(chain, root_fd, disk, depth, err)
			    : chain_no_memory(err);
	}
	if (sysfs_has(root_fd, dir, "dm"))
		result = chain_add_mapped(chain, root_fd, dir, depth == 0, err);
	else if (sysfs_has(root_fd, dir, "md"))
		result = chain_add_md(chain, root_fd, dir, err);
	if (!result)
		result = chain_add_slaves(chain, root_fd, dir, depth, err);
	return result ? result < 0 ? result : 0
		      : chain_add_disk(chain, root_fd, dir, err);
}

int chain_add_block(struct chain *chain, int root_fd, const char *dir, struct err *err)
{
	return chain_walk(chain, root_fd, dir, 0, err);
}
