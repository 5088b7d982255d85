/* SPDX-License-Identifier: GPL-2.0-or-later */
/* root.c: the root file system is mounted, and the init on it looked for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/btrfs.h"
#include "init/contents.h"
#include "init/mount_options.h"
#include "init/program.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

enum { MODULES_TIMEOUT_MS = 30000 };

/* Hands a hibernated system back to the kernel, which looks for its image itself and does
 * not return where it finds one. It must come before anything mounts; nobody waits for
 * the device. */
int step_resume(struct boot *boot, struct err *err)
{
	const char *text = cmdline_value(&boot->cmdline, "resume");
	struct device *device;
	struct spec spec;
	char devno[32];

	(void)err;
	if (!text || cmdline_find(&boot->cmdline, "noresume") ||
	    !file_exists(boot->root_fd, "sys/power/resume"))
		return 0;
	/* Swap is not of the root's type. */
	boot->devices.type_hint[0] = '\0';
	if (spec_parse(&spec, text, NULL) < 0 ||
	    !(device = devices_find(&boot->devices, &spec))) {
		report_warning(&boot->report,
			       "resume=%s is not there; going on without it", text);
		return 0;
	}
	snprintf(devno, sizeof(devno), "%u:%u", major(device->devno),
		 minor(device->devno));
	file_write(boot->root_fd, "sys/power/resume", devno, NULL);
	return 0;
}

/* "nodev\text4\n" lines: a type the kernel knows already. */
static bool kernel_knows(const struct boot *boot, const char *type)
{
	_cleanup_strbuf_ struct strbuf types;
	char line[40];

	strbuf_init(&types, 0);
	file_read(boot->root_fd, "proc/filesystems", &types, NULL);
	snprintf(line, sizeof(line), "\t%s\n", type);
	return strstr(types.text, line) != NULL;
}

/* Waits for the type's module, and not for others that may hang. */
static void need_fs_module(struct boot *boot, const char *type)
{
	enum { SLICE_MS = 100 };
	struct loader *loader = &boot->modules.loader;
	char alias[48];

	if (kernel_knows(boot, type))
		return;
	snprintf(alias, sizeof(alias), "fs-%s", type);
	if (loader_find(loader, type) < 0 && !modules_request(&boot->modules, alias))
		modules_request(&boot->modules, type);
	for (int left_ms = MODULES_TIMEOUT_MS; left_ms > 0; left_ms -= SLICE_MS) {
		if (loader_wait(loader, SLICE_MS) || kernel_knows(boot, type))
			break;
		loader_tend(loader);
	}
	modules_report_failures(&boot->modules);
}

/* Where somebody said what the type is and the device says something else. */
static bool hint_other_type(struct boot *boot, const char *type, struct err *err)
{
	device_probe(&boot->devices, &boot->device);
	if (!boot->device.type[0] || strcmp(boot->device.type, type) == 0)
		return false;
	err_hint(err, "/dev/%s holds %s; boot without rootfstype=, or with that",
		 boot->device.node, boot->device.type);
	return true;
}

static int mount_failed(struct boot *boot, const char *type, int error, struct err *err)
{
	err_sys(err, error, "mounting /dev/%s (%s) as the root", boot->device.node, type);
	if (error == ENODEV)
		err_wrap(err, "the kernel has no %s", type);
	if ((error == EINVAL || error == ENODEV) && hint_other_type(boot, type, err))
		return err->code;
	if (error == ENODEV)
		return err_hint(err,
				"the module of %s is missing from the image, or could "
				"not be loaded",
				type);
	if (error == EINVAL)
		return err_hint(err,
				"the kernel's last lines (dmesg) say what it does "
				"not accept: rootflags=, rootfstype=, the device holds "
				"no %s or a damaged one, or the disk fails",
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
static int mount_protected(struct boot *boot, const char *node, const char *type,
			   const struct mount_options *options)
{
	if ((errno != EACCES && errno != EROFS) || options->flags & MS_RDONLY)
		return -1;
	if (mount(node, "/sysroot", type, options->flags | MS_RDONLY, options->data) < 0)
		return -1;
	report_warning(&boot->report, "%s is write-protected: mounted read-only", node);
	return 0;
}

static int mount_type(struct boot *boot, const char *type, struct err *err)
{
	const struct init_root *root = &boot->settings->root;
	struct mount_options options;
	char node[DEVICE_NAME_MAX + 8];

	snprintf(node, sizeof(node), "/dev/%s", boot->device.node);
	mount_options_parse(&options, root->options, root->read_only);
	need_fs_module(boot, type);
	if (strcmp(type, "btrfs") == 0)
		btrfs_register(&boot->devices);
	if (mount(node, "/sysroot", type, options.flags, options.data) < 0 &&
	    mount_protected(boot, node, type, &options) < 0)
		return mount_failed(boot, type, errno, err);
	text_copy(boot->fstype, sizeof(boot->fstype), type);
	return 0;
}

static int mount_types(struct boot *boot, const char *types, struct err *err)
{
	char list[128], *rest = list, *type;
	int result = -EINVAL;

	text_copy(list, sizeof(list), types);
	while ((type = strsep(&rest, ","))) {
		if (!*type)
			continue;
		result = mount_type(boot, type, err);
		if (result == 0)
			return 0;
	}
	return result;
}

static void add_partitions(struct boot *boot, struct strbuf *out)
{
	const char *before = "; it has partitions: ";

	/* A disk is told of before its partitions are. */
	devices_scan(&boot->devices);
	for (size_t i = 0; i < boot->devices.count; i++) {
		const struct device *device = boot->devices.items[i];

		if (strcmp(device->parent, boot->device.name) != 0)
			continue;
		strbuf_addf(out, "%s%s", before, device->node);
		before = ", ";
	}
}

static int refuse_contents(const struct boot *boot, const struct contents *contents,
			   struct err *err)
{
	err_set(err, EINVAL, "/dev/%s is %s, no file system", boot->device.node,
		contents->what);
	return err_hint(err, "%s",
			contents->hint ? contents->hint : "root= names the wrong device");
}

static int mount_probed(struct boot *boot, struct err *err)
{
	_cleanup_strbuf_ struct strbuf partitions;
	const struct contents *contents;

	strbuf_init(&partitions, 0);
	device_probe(&boot->devices, &boot->device);
	contents = contents_find(boot->device.type);
	if (contents)
		return refuse_contents(boot, contents, err);
	if (boot->device.type[0])
		return mount_types(boot, boot->device.type, err);
	add_partitions(boot, &partitions);
	err_set(err, ENOENT, "/dev/%s holds no file system that is known here%s",
		boot->device.node, partitions.text);
	return err_hint(err, "check that root=%s is what you mean, or give rootfstype=",
			boot->root.text);
}

int step_mount(struct boot *boot, struct err *err)
{
	const char *types = boot->settings->root.fstype;

	mkdir("/sysroot", 0755);
	/* A second try after the rescue shell may find it mounted by hand. */
	umount2("/sysroot", 0);
	if (types[0] && strcmp(types, "auto") != 0)
		return mount_types(boot, types, err);
	return mount_probed(boot, err);
}

/* As the kernel looks for them where init= is not given (init/main.c, kernel_init). */
static const char *const usual_inits[] = {
	"/sbin/init",
	"/etc/init",
	"/bin/init",
	"/bin/sh",
	/* Where /sbin and /bin are links that dangle. */
	"/usr/lib/systemd/systemd",
	"/usr/sbin/init",
};

static void hint_usual_inits(int sysroot_fd, struct err *err)
{
	char found[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(usual_inits); i++) {
		if (program_check(sysroot_fd, usual_inits[i], NULL) == 0)
			used += (size_t)snprintf(found + used, sizeof(found) - used,
						 "%s%s", used ? ", " : "",
						 usual_inits[i]);
	}
	if (used)
		err_hint(err, "these are on it: %s; boot with init= one of them", found);
	else
		err_hint(err, "no init is on this file system at all: is it the root?");
}

int step_init(struct boot *boot, struct err *err)
{
	const char *wanted = boot->settings->root.init;
	_cleanup_close_ int sysroot_fd =
		open("/sysroot", O_PATH | O_DIRECTORY | O_CLOEXEC);
	size_t i = 0;

	if (wanted[0]) {
		if (program_check(sysroot_fd, wanted, err) < 0) {
			err_wrap(err, "the new root's init= is not usable");
			hint_usual_inits(sysroot_fd, err);
			return err->code;
		}
		text_copy(boot->init, sizeof(boot->init), wanted);
		return 0;
	}
	while (i < ARRAY_SIZE(usual_inits) &&
	       program_check(sysroot_fd, usual_inits[i], NULL) < 0)
		i++;
	if (i == ARRAY_SIZE(usual_inits)) {
		err_set(err, ENOENT, "no init on the root file system /dev/%s (%s)",
			boot->device.node, boot->fstype);
		return err_hint(err, "is it the root? else give init=");
	}
	text_copy(boot->init, sizeof(boot->init), usual_inits[i]);
	return 0;
}
