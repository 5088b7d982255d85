/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount_device.c: from a device to a mounted file system; see mount_device.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/btrfs.h"
#include "init/contents.h"
#include "init/fsck.h"
#include "init/mount_device.h"
#include "init/mount_options.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

/* After so long without any module's being finished one hangs. A machine may be slow: as long as
 * Timeout= of [Root] is by default. */
enum { MODULE_STUCK_MS = 90000 };

struct fs_type {
	const struct boot *boot;
	const char *name;
};

/* "nodev\text4\n" lines: a type the kernel knows already. */
static bool kernel_knows(void *data)
{
	const struct fs_type *type = data;
	_cleanup_strbuf_ struct strbuf types;
	char line[40];

	strbuf_init(&types, 0);
	file_read(type->boot->root_fd, "proc/filesystems", &types, NULL);
	snprintf(line, sizeof(line), "\t%s\n", type->name);
	return strstr(types.text, line) != NULL;
}

/* Waits for the type's module, and not for others that may hang. */
static void need_fs_module(struct boot *boot, const char *type)
{
	struct loader *loader = &boot->modules.loader;
	struct fs_type wanted = { boot, type };
	const char *stuck;
	char alias[48];

	if (kernel_knows(&wanted))
		return;
	snprintf(alias, sizeof(alias), "fs-%s", type);
	if (loader_find(loader, type) < 0 && !modules_request(&boot->modules, alias))
		modules_request(&boot->modules, type);
	if (!loader_wait_for(loader, kernel_knows, &wanted, MODULE_STUCK_MS)) {
		stuck = loader_busy_with(loader);
		log_warning("module %s is still being loaded: not waited for any longer",
			    stuck ? stuck : "?");
	}
	modules_report_failures(&boot->modules);
}

/* Where somebody said what the type is and the device says something else. */
static bool hint_other_type(struct boot *boot, const struct mount_request *request,
			    const char *type, struct err *err)
{
	struct device *device = request->device;

	device_probe(&boot->devices, device);
	if (!device->type[0] || strcmp(device->type, type) == 0)
		return false;
	err_hint(err, "/dev/%s holds %s; boot without %s, or with that", device->node,
		 device->type, request->type_from);
	return true;
}

static int mount_failed(struct boot *boot, const struct mount_request *request,
			const char *type, int error, struct err *err)
{
	err_sys(err, error, "mounting /dev/%s (%s) as %s", request->device->node, type,
		request->name);
	if (error == ENODEV)
		err_wrap(err, "the kernel has no %s", type);
	if ((error == EINVAL || error == ENODEV) &&
	    hint_other_type(boot, request, type, err))
		return err->code;
	if (error == ENODEV)
		return err_hint(err,
				"the module of %s is missing from the image, or could "
				"not be loaded",
				type);
	if (error == EINVAL)
		return err_hint(err,
				"the kernel's last lines (dmesg) say what it does "
				"not accept: mount options, type, the device holds no "
				"%s or a damaged one, or the disk fails",
				type);
	if (error == ENOENT)
		return err_hint(err, "a module that the kernel asked for is missing from "
				     "the image; its last lines (dmesg) name it");
	if (error == EUCLEAN || error == EIO)
		return err_hint(err, "the file system is damaged or the disk fails: try "
				     "fsck from a rescue system");
	return err->code;
}

/* A write-protected disk is mounted as it can be, as mount(8) does. */
static int mount_protected(struct boot *boot, const char *node, const char *dir,
			   const char *type, const struct mount_options *options)
{
	if ((errno != EACCES && errno != EROFS) || options->flags & MS_RDONLY)
		return -1;
	if (mount(node, dir, type, options->flags | MS_RDONLY, options->data) < 0)
		return -1;
	report_warning(&boot->report, "%s is write-protected: mounted read-only", node);
	return 0;
}

/* A mapped device is shown by its lasting name in the host's list of mounts. */
static void name_for_mount(const struct device *device, char *node, size_t size)
{
	snprintf(node, size, "/dev/mapper/%s", device->dm_name);
	if (!device->dm_name[0] || access(node, F_OK) < 0)
		snprintf(node, size, "/dev/%s", device->node);
}

static int mount_type(struct boot *boot, const struct mount_request *request,
		      const char *type, struct err *err)
{
	char node[sizeof(request->device->dm_name) + 16];
	struct mount_options options;

	name_for_mount(request->device, node, sizeof(node));
	mount_options_parse(&options, request->options, request->read_only);
	need_fs_module(boot, type);
	if (request->check &&
	    fsck_check(boot, request->device->node, type, request->purpose, err) < 0)
		return err->code;
	if (strcmp(type, "btrfs") == 0)
		btrfs_register(&boot->devices);
	if (mount(node, request->dir, type, options.flags, options.data) < 0 &&
	    mount_protected(boot, node, request->dir, type, &options) < 0)
		return mount_failed(boot, request, type, errno, err);
	return 0;
}

static int mount_types(struct boot *boot, const struct mount_request *request,
		       const char *types, char mounted[32], struct err *err)
{
	char list[128], *rest = list, *type;
	int result = -EINVAL;

	text_copy(list, sizeof(list), types);
	while ((type = strsep(&rest, ","))) {
		if (!*type)
			continue;
		result = mount_type(boot, request, type, err);
		if (result == 0) {
			text_copy(mounted, 32, type);
			return 0;
		}
	}
	return result;
}

static void add_partitions(struct boot *boot, const struct device *disk,
			   struct strbuf *out)
{
	const char *before = "; it has partitions: ";

	/* A disk is told of before its partitions are. */
	devices_scan(&boot->devices);
	for (size_t i = 0; i < boot->devices.count; i++) {
		const struct device *device = boot->devices.items[i];

		if (strcmp(device->parent, disk->name) != 0)
			continue;
		strbuf_addf(out, "%s%s", before, device->node);
		before = ", ";
	}
}

static int refuse_contents(const struct device *device, const struct contents *contents,
			   struct err *err)
{
	err_set(err, EINVAL, "/dev/%s is %s, no file system", device->node,
		contents->what);
	return err_hint(err, "%s",
			contents->hint ? contents->hint : "the wrong device is named");
}

static int mount_probed(struct boot *boot, const struct mount_request *request,
			char mounted[32], struct err *err)
{
	_cleanup_strbuf_ struct strbuf partitions;
	struct device *device = request->device;
	const struct contents *contents;

	strbuf_init(&partitions, 0);
	device_probe(&boot->devices, device);
	contents = contents_find(device->type);
	if (contents)
		return refuse_contents(device, contents, err);
	if (device->type[0])
		return mount_types(boot, request, device->type, mounted, err);
	add_partitions(boot, device, &partitions);
	err_set(err, ENOENT, "/dev/%s holds no file system that is known here%s",
		device->node, partitions.text);
	return err_hint(err, "check that %s=%s is what you mean, or give %s",
			request->device_from, request->spec, request->type_from);
}

int mount_device(struct boot *boot, const struct mount_request *request, char type[32],
		 struct err *err)
{
	if (request->types[0] && strcmp(request->types, "auto") != 0)
		return mount_types(boot, request, request->types, type, err);
	return mount_probed(boot, request, type, err);
}
