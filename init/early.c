/* SPDX-License-Identifier: GPL-2.0-or-later */
/* early.c: the first mounts, the kernel's log, the event socket. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/boot.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

/* systemd's INITRD_INTERFACE and file-hierarchy(7) say how /run is to be mounted. */
static const struct early_mount {
	const char *type, *dir;
	unsigned long flags;
	const char *options;
} early_mounts[] = {
	{ "proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "devtmpfs", "/dev", MS_NOSUID, "mode=755" },
	{ "tmpfs", "/run", MS_NOSUID | MS_NODEV | MS_STRICTATIME, "mode=755" },
};

int step_mounts(struct boot *boot, struct err *err)
{
	(void)boot;
	umask(022);
	for (size_t i = 0; i < ARRAY_SIZE(early_mounts); i++) {
		const struct early_mount *m = &early_mounts[i];

		mkdir(m->dir, 0755);
		/* EBUSY: mounted already, as devtmpfs by CONFIG_DEVTMPFS_MOUNT. */
		if (mount(m->type, m->dir, m->type, m->flags, m->options) < 0 &&
		    errno != EBUSY)
			return err_sys(err, errno, "mounting %s on %s", m->type, m->dir);
	}
	return 0;
}

/* The kernel lets a writer of /dev/kmsg pass 10 lines in 5 seconds unless told otherwise;
 * with printk.devkmsg= on its command line the choice is fixed and the write is refused.
 */
static char devkmsg_before[32];

/* Without panic= a kernel that panics stands still for ever, which nobody sees who is not
 * there. */
static bool panic_changed;

void panic_prepare(struct boot *boot)
{
	const uint64_t delay_ms = boot->settings->rescue.reboot_delay_ms;
	char text[32];
	uint64_t now;

	if (cmdline_find(&boot->cmdline, "panic") || delay_ms / 1000 > INT_MAX ||
	    file_read_u64(boot->root_fd, "proc/sys/kernel/panic", &now, NULL) < 0 || now)
		return;
	snprintf(text, sizeof(text), "%d\n", (int)(delay_ms / 1000));
	panic_changed =
		file_write(boot->root_fd, "proc/sys/kernel/panic", text, NULL) == 0;
}

int step_log(struct boot *boot, struct err *err)
{
	(void)err;
	if (file_read_line(boot->root_fd, "proc/sys/kernel/printk_devkmsg",
			   devkmsg_before, sizeof(devkmsg_before), NULL) == 0)
		file_write(boot->root_fd, "proc/sys/kernel/printk_devkmsg", "on\n", NULL);
	log_open(LOG_TO_KMSG, "bedplate");
	return 0;
}

void kernel_settings_restore(struct boot *boot)
{
	if (devkmsg_before[0])
		file_write(boot->root_fd, "proc/sys/kernel/printk_devkmsg",
			   devkmsg_before, NULL);
	if (panic_changed)
		file_write(boot->root_fd, "proc/sys/kernel/panic", "0\n", NULL);
}

int step_uevents(struct boot *boot, struct err *err)
{
	boot->uevent_fd = uevent_open(err);
	return boot->uevent_fd < 0 ? boot->uevent_fd : 0;
}
