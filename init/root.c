/* SPDX-License-Identifier: GPL-2.0-or-later */
/* root.c: the root is waited for, its file system mounted, and the init on it looked for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/mount_device.h"
#include "init/program.h"
#include "init/text.h"
#include "init/twin.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

enum { NAMELESS_TIMEOUT_MS = 2000 }; /* for devices to come, where no root is named */

static void warn_of_twin(struct boot *boot)
{
	const struct device *twin =
		devices_find_twin(&boot->devices, &boot->root, &boot->device);

	if (twin)
		report_warning(&boot->report,
			       "%s is on /dev/%s too, as on a clone or on a second path "
			       "to the same disk; /dev/%s is taken",
			       boot->root.text, twin->node, boot->device.node);
}

int step_device(struct boot *boot, struct err *err)
{
	const struct init_root *root = &boot->settings->root;
	const struct wait_request request = {
		.timeout_ms = boot->root.kind == SPEC_NONE ? NAMELESS_TIMEOUT_MS
							   : root->timeout_ms,
		.types = root->fstype,
		.options = root->options,
	};
	int result = wait_for_device(boot, &request, &boot->device, err);

	if (result < 0)
		return result;
	warn_of_twin(boot);
	return 0;
}

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

int step_mount(struct boot *boot, struct err *err)
{
	const struct init_root *root = &boot->settings->root;
	const struct mount_request request = {
		.purpose = "root",
		.name = "the root",
		.spec = boot->root.text,
		.device_from = "root",
		.type_from = "rootfstype=",
		.device = &boot->device,
		.dir = "/sysroot",
		.types = root->fstype,
		.options = root->options,
		.read_only = root->read_only,
		.check = true,
	};

	mkdir("/sysroot", 0755);
	/* A second try after the rescue shell may find it mounted by hand. */
	umount2("/sysroot/usr", 0);
	umount2("/sysroot", 0);
	return mount_device(boot, &request, boot->fstype, err);
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
