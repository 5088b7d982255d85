/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switch.c: the hand-over to the init on the new root.
 *
 * How it works: everything that can be refused is checked first, as run-init does: we are
 * process 1, / is the initramfs, the new root is another file system. Then the mounts
 * move, the initramfs is emptied to give its memory back (never crossing into a mount:
 * st_dev is compared), and the new root becomes /.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "init/boot.h"
#include "init/handover.h"
#include "init/modprobe.h"
#include "lib/cleanup.h"
#include "lib/log.h"

enum { DEPTH_MAX = 32 };

static int check_safety(dev_t *old_device, struct err *err)
{
	struct stat old_root, new_root;
	struct statfs fs;

	if (getpid() != 1)
		return err_set(err, EPERM, "not process 1: the root is not switched");
	if (stat("/", &old_root) < 0 || stat("/sysroot", &new_root) < 0 ||
	    statfs("/", &fs) < 0)
		return err_sys(err, errno, "looking at / and /sysroot");
	if (fs.f_type != RAMFS_MAGIC && fs.f_type != TMPFS_MAGIC)
		return err_set(err, EPERM,
			       "/ is no initramfs: nothing is deleted from it");
	if (old_root.st_dev == new_root.st_dev)
		return err_set(err, EINVAL, "nothing is mounted on /sysroot");
	*old_device = old_root.st_dev;
	return 0;
}

static void move_mounts(struct boot *boot)
{
	static const char *const dirs[] = { "/dev", "/proc", "/sys", "/run" };
	char target[32];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(target, sizeof(target), "/sysroot%s", dirs[i]);
		if (mount(dirs[i], target, NULL, MS_MOVE, NULL) == 0)
			continue;
		report_warning(&boot->report, "%s: not moved to the new root: %s%s",
			       dirs[i], strerror(errno),
			       errno == ENOENT ? " (make that folder on it)" : "");
		umount2(dirs[i], MNT_DETACH);
	}
}

static void empty_dir(int dir_fd, dev_t device, int depth);

static void remove_entry(int dir_fd, const struct dirent *entry, dev_t device, int depth)
{
	struct stat st;
	int fd;

	/* Most are files; a folder says so itself. */
	if (entry->d_type != DT_DIR && unlinkat(dir_fd, entry->d_name, 0) == 0)
		return;
	fd = openat(dir_fd, entry->d_name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	if (fstat(fd, &st) < 0 || st.st_dev != device) {
		close(fd);
		return;
	}
	empty_dir(fd, device, depth + 1);
	unlinkat(dir_fd, entry->d_name, AT_REMOVEDIR);
}

/* Takes the descriptor over. */
static void empty_dir(int dir_fd, dev_t device, int depth)
{
	DIR *dir = depth < DEPTH_MAX ? fdopendir(dir_fd) : NULL;
	struct dirent *entry;

	if (!dir) {
		close(dir_fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_entry(dirfd(dir), entry, device, depth);
	}
	closedir(dir);
}

static void empty_initramfs(dev_t device)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		empty_dir(fd, device, 0);
}

/* From here on there is no way back to the old root. */
static int enter_root(struct err *err)
{
	if (chdir("/sysroot") < 0)
		return err_sys(err, errno, "entering /sysroot");
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0)
		return err_sys(err, errno, "moving the new root to /");
	if (chroot(".") < 0 || chdir("/") < 0)
		return err_sys(err, errno, "making the new root /");
	return 0;
}

/* A root without /dev/console still boots; then init inherits what the kernel gave us. */
static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd < 0)
		return;
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}

static int exec_init(struct boot *boot, struct err *err)
{
	char **argv;

	open_console();
	argv = handover_arguments(boot->init, boot->argv, boot->report.start_us);
	if (!argv)
		return err_sys(err, ENOMEM, "starting %s", boot->init);
	execv(boot->init, argv);
	err_sys(err, errno, "starting %s", boot->init);
	if (errno == ENOENT || err->code == -ENOENT)
		return err_hint(err, "its interpreter or loader is missing on the root");
	if (err->code == -ENOEXEC)
		return err_hint(err, "it is no program for this machine");
	return err->code;
}

/* exec waits in the kernel for all other threads, and a thread that loads a module does not
 * end before that is done. So it is waited for here, where it can still be told. */
static int wait_for_modules(struct boot *boot, struct err *err)
{
	uint64_t timeout_s = boot->settings->root.timeout_ms / 1000;
	int seconds = timeout_s < INT_MAX / 1000 ? (int)timeout_s : INT_MAX / 1000;
	const char *busy;

	if (modules_wait(&boot->modules, seconds))
		return 0;
	busy = loader_busy_with(&boot->modules.loader);
	err_set(err, ETIMEDOUT,
		"module %s is still being loaded after %d s; the new init cannot start "
		"before that",
		busy ? busy : "of this boot", seconds);
	if (busy)
		err_hint(err, "boot with modprobe.blacklist=%s", busy);
	return err->code;
}

int step_switch(struct boot *boot, struct err *err)
{
	dev_t old_device = 0;

	if (check_safety(&old_device, err) < 0)
		return err->code;
	if (wait_for_modules(boot, err) < 0)
		return err->code;
	loader_close(&boot->modules.loader);
	if (report_write(boot, "ok", err) < 0)
		log_warning("%s", err->text);
	err_clear(err);
	report_summary(boot);
	kernel_settings_restore(boot);
	modprobe_restore(boot->root_fd);
	move_mounts(boot);
	empty_initramfs(old_device);
	if (enter_root(err) < 0)
		return err->code;
	return exec_init(boot, err);
}
