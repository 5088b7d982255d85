/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fsck.c: whether a file system is checked, and what follows from it; see fsck.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/ext_super.h"
#include "init/fsck.h"
#include "init/fsck_tool.h"
#include "init/late.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

static const struct checker {
	const char *type;
	const char *tool; /* NULL: none is to be run */
} checkers[] = {
	{ "ext2", "/sbin/e2fsck" }, { "ext3", "/sbin/e2fsck" },
	{ "ext4", "/sbin/e2fsck" }, { "xfs", NULL },
	{ "btrfs", NULL },
};

static const char *const repairs[] = {
	[init_fsck_repair_preen] = "-p",
	[init_fsck_repair_yes] = "-y",
	[init_fsck_repair_no] = "-n",
};

static const struct checker *find_checker(const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(checkers); i++) {
		if (strcmp(checkers[i].type, type) == 0)
			return &checkers[i];
	}
	return NULL;
}

/* systemd-fsck-root.service has ConditionPathExists=! on this file. */
static void tell_systemd(const struct boot *boot, const char *purpose)
{
	_cleanup_close_ int fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "run/initramfs/fsck-%s", purpose);
	if (file_make_dirs(boot->root_fd, "run/initramfs", NULL) == 0)
		fd = openat(boot->root_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
}

/* Why a check is due; NULL: it is not. */
static const char *why_due(const struct boot *boot, const char *node,
			   struct ext_super *super)
{
	bool force = boot->settings->fsck.mode == init_fsck_mode_force;
	struct err err = ERR_INIT;
	_cleanup_close_ int fd = -1;
	char path[DEVICE_NAME_MAX + 8];

	snprintf(path, sizeof(path), "dev/%s", node);
	fd = file_open(boot->root_fd, path, O_RDONLY, &err);
	/* What cannot be read is the mount's to complain about. */
	if (fd < 0 || ext_super_read(super, fd, &err) < 0) {
		log_debug("/dev/%s is not checked: %s", node, err.text);
		return NULL;
	}
	return force ? "it was asked for (fsck.mode=force)"
		     : ext_super_due(super, time(NULL));
}

static __attribute__((noreturn)) void restart(const char *node)
{
	log_warning("/dev/%s was repaired and the machine has to be restarted; it is now",
		    node);
	reboot_sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static int conclude(struct boot *boot, const char *node, int exit_status, struct err *err)
{
	switch (fsck_judge(exit_status)) {
	case FSCK_CLEAN:
		return 0;
	case FSCK_CORRECTED:
		report_warning(&boot->report, "/dev/%s had errors; they were repaired",
			       node);
		return 0;
	case FSCK_REBOOT:
		restart(node);
	case FSCK_UNCORRECTED:
		err_set(err, EUCLEAN,
			"/dev/%s has errors that are not repaired by itself", node);
		return err_hint(err,
				"run \"e2fsck /dev/%s\" in the shell, or boot with "
				"fsck.repair=yes; fsck.mode=skip mounts it as it is",
				node);
	default:
		err_set(err, EIO, "/dev/%s could not be checked (exit status %d)", node,
			exit_status);
		return err_hint(err, "fsck.mode=skip boots without the check");
	}
}

static int run_tool(struct boot *boot, const char *tool, const char *node,
		    struct err *err)
{
	bool force = boot->settings->fsck.mode == init_fsck_mode_force;
	char device[DEVICE_NAME_MAX + 8], progress[8];
	/* Options come first: musl's getopt(3) ends at the device. */
	const char *const argv[] = {
		tool,
		repairs[boot->settings->fsck.repair],
		"-C",
		progress,
		force ? "-f" : device,
		force ? device : NULL,
		NULL,
	};
	int result;

	snprintf(device, sizeof(device), "/dev/%s", node);
	snprintf(progress, sizeof(progress), "%d", FSCK_PROGRESS_FD);
	result = fsck_tool_run(argv, device, err);
	if (result < 0)
		return err_hint(err, "fsck.mode=skip boots without the check");
	return conclude(boot, node, result, err);
}

static int check_due(struct boot *boot, const struct checker *checker, const char *node,
		     const char *why, struct err *err)
{
	struct report_step *step;
	int result;

	if (late_need(boot, checker->tool + 1, NULL) < 0) {
		report_warning(&boot->report,
			       "/dev/%s should be checked (%s), but %s is not in the "
			       "image; it is mounted as it is",
			       node, why, checker->tool);
		return 0;
	}
	log_info("/dev/%s is checked: %s; this may take minutes", node, why);
	step = report_begin(&boot->report, "fsck");
	result = run_tool(boot, checker->tool, node, err);
	report_end(step, result ? REPORT_FAILED : REPORT_OK,
		   result && err ? err->text : why);
	return result;
}

int fsck_check(struct boot *boot, const char *node, const char *type, const char *purpose,
	       struct err *err)
{
	const struct checker *checker = find_checker(type);
	struct ext_super super = { .needs_recovery = true };
	const char *why;
	int result = 0;

	if (boot->settings->fsck.mode == init_fsck_mode_skip || !checker)
		return 0;
	if (!checker->tool) {
		log_debug("/dev/%s: %s is not checked at boot", node, type);
		return 0;
	}
	why = why_due(boot, node, &super);
	if (why)
		result = check_due(boot, checker, node, why, err);
	/* After a journal's replay systemd may look again: errors that only the journal knew
	 * of show then. */
	if (!result && (why ? access(checker->tool, X_OK) == 0 : !super.needs_recovery))
		tell_systemd(boot, purpose);
	return result;
}
