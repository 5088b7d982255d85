/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub.c: GRUB, as a boot loader that is set up. */
#include <string.h>

#include "boot/commands.h"
#include "boot/loader.h"
#include "lib/boot_cmdline.h"
#include "lib/cleanup.h"
#include "lib/cmdline.h"
#include "lib/file.h"
#include "lib/schema/host.h"

static enum loader_presence grub_detect(const struct boot *boot)
{
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;

	if (!file_exists(boot->root_fd, "boot/grub/grub.cfg") &&
	    !file_exists(boot->root_fd, "boot/grub2/grub.cfg"))
		return LOADER_ABSENT;
	/* It tells the kernel where it came from; the firmware and systemd-boot do not. */
	if (!cmdline_read(&cmdline, boot->root_fd, NULL) &&
	    cmdline_find(&cmdline, "BOOT_IMAGE"))
		return LOADER_BOOTED;
	return LOADER_INSTALLED;
}

static int grub_import(const struct boot *boot, struct strbuf *out, struct err *err)
{
	_cleanup_boot_cmdlines_ struct boot_cmdlines cmdlines = { .count = 0 };
	int result = boot_cmdlines_read(&cmdlines, boot->root_fd, err);

	for (size_t i = 0; !result && i < cmdlines.count; i++)
		if (!strcmp(cmdlines.items[i].source, "etc/default/grub"))
			strbuf_adds(out, cmdlines.items[i].text);
	return result;
}

int grub_entries_run(const struct args *args, struct err *err)
{
	_cleanup_boot_ struct boot boot = BOOT_INIT;

	return boot_open(&boot, args, false, err);
}

static int grub_plan(struct boot *boot, struct plan *plan, struct err *err)
{
	(void)boot;
	(void)plan;
	(void)err;
	return 0;
}

const struct loader loader_grub = {
	.name = "grub",
	.type = host_boot_loader_type_grub,
	.gives_root = true,
	.detect = grub_detect,
	.plan = grub_plan,
	.import = grub_import,
};
