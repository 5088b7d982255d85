/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usr.c: /usr is mounted before the hand-over, as systemd's INITRD_INTERFACE asks for,
 * where it is a file system of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/mount_device.h"
#include "init/usr.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

/* What the boot can do without is not waited for as long as the root. */
enum { NOFAIL_TIMEOUT_MS = 10000 };

static bool read_entry(struct fstab_entry *entry)
{
	_cleanup_close_ int sysroot_fd =
		open("/sysroot", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int fd =
		file_open_in_root(sysroot_fd, "etc/fstab", O_RDONLY, NULL);
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	return fd >= 0 && file_read_fd(fd, "/etc/fstab", &text, NULL) == 0 &&
	       fstab_find(text.text, "/usr", entry);
}

static void make_plan(struct boot *boot, struct usr_plan *plan)
{
	const struct init_root *root = &boot->settings->root;
	const struct usr_arguments arguments = {
		.device = cmdline_value(&boot->cmdline, "mount.usr"),
		.type = cmdline_value(&boot->cmdline, "mount.usrfstype"),
		.flags = cmdline_value(&boot->cmdline, "mount.usrflags"),
		.root_device = root->device,
		.root_type = root->fstype,
		.root_flags = root->options,
		.root_read_only = root->read_only,
	};
	struct fstab_entry entry;

	usr_plan_make(plan, &arguments, read_entry(&entry) ? &entry : NULL);
}

static int find_device(struct boot *boot, const struct usr_plan *plan, struct err *err)
{
	struct wait_request request = {
		.timeout_ms = boot->settings->root.timeout_ms,
		.types = plan->types,
		.options = plan->options,
	};

	if (spec_parse(&boot->usr, plan->spec, err) < 0)
		return err->code;
	if (boot->usr.kind == SPEC_VOLUME)
		lvm_want(&boot->lvm, boot->usr.group, boot->usr.volume);
	/* The root's type need not be /usr's. */
	boot->devices.type_hint[0] = '\0';
	boot->wanted = &boot->usr;
	if (plan->nofail && request.timeout_ms > NOFAIL_TIMEOUT_MS)
		request.timeout_ms = NOFAIL_TIMEOUT_MS;
	return wait_for_device(boot, &request, &boot->usr_device, err);
}

static int mount_usr(struct boot *boot, const struct usr_plan *plan, struct err *err)
{
	const struct mount_request request = {
		.purpose = "usr",
		.name = "/usr",
		.spec = plan->spec,
		.device_from = "mount.usr",
		.type_from = "mount.usrfstype=",
		.device = &boot->usr_device,
		.dir = "/sysroot/usr",
		.types = plan->types,
		.options = plan->options,
		.read_only = plan->read_only,
		.check = plan->check,
	};
	int result = find_device(boot, plan, err);

	if (!result)
		result = mount_device(boot, &request, boot->usr_fstype, err);
	if (result < 0)
		return err_wrap(err, "/usr");
	log_info("/usr is %s (%s, %s)", plan->spec, boot->usr_fstype,
		 plan->read_only ? "ro" : "rw");
	return 0;
}

int step_usr(struct boot *boot, struct err *err)
{
	struct usr_plan plan;
	int result;

	/* A second try after the rescue shell may find it mounted by hand. */
	umount2("/sysroot/usr", 0);
	make_plan(boot, &plan);
	if (!plan.wanted)
		return 0;
	result = mount_usr(boot, &plan, err);
	if (result < 0 && !plan.nofail)
		return result;
	boot->wanted = &boot->root;
	if (result < 0)
		report_warning(&boot->report, "%s; it is marked nofail: going on without",
			       err->text);
	err_clear(err);
	return 0;
}
