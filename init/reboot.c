/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reboot.c: a reboot at most once, remembered by a marker on the root file system. */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/reboot_marker.h"
#include "init/rescue.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/file_apart.h"
#include "lib/log.h"

void reboot_want(struct boot *boot, const char *reason)
{
	struct reboot *reboot = &boot->reboot;

	for (unsigned i = 0; i < reboot->count; i++) {
		if (strcmp(reboot->reasons[i], reason) == 0)
			return;
	}
	/* One is enough for the reboot; the others were logged where they were found. */
	if (reboot->count == REBOOT_REASONS_MAX)
		return;
	reboot->reasons[reboot->count] = strdup(reason);
	if (reboot->reasons[reboot->count])
		reboot->count++;
}

enum { SYNC_TIMEOUT_MS = 20000 };
enum { FLAGS_KEPT = ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_SYNCHRONOUS | ST_MANDLOCK };

/* statvfs(3)'s flags have the values of mount(2)'s; those of atime stay as they are where
 * none is given. */
static int remount(const char *dir, unsigned long flags, bool read_only, struct err *err)
{
	flags = (flags & FLAGS_KEPT) | MS_REMOUNT | (read_only ? MS_RDONLY : 0);
	if (mount(NULL, dir, NULL, flags, NULL) < 0)
		return err_sys(err, errno, "remounting the root %s",
			       read_only ? "read-only" : "read-write");
	return 0;
}

/* Marks the root, or takes the mark away where `text` is NULL; a root that is mounted
 * read-only is writable for just that long. */
static int change_marker(int root_fd, const char *text, struct err *err)
{
	struct statvfs st;
	int result = 0;
	bool read_only;

	if (fstatvfs(root_fd, &st) < 0)
		return err_sys(err, errno, "looking at the root");
	read_only = st.f_flag & ST_RDONLY;
	if (read_only)
		result = remount("/sysroot", st.f_flag, false, err);
	if (result < 0)
		return result;
	result = text ? reboot_marker_write(root_fd, text, err)
		      : reboot_marker_remove(root_fd, err);
	if (read_only && remount("/sysroot", st.f_flag, true, NULL) < 0)
		log_warning("the root stays mounted read-write");
	return result;
}

static void add_reasons(const struct reboot *reboot, const char *separator,
			struct strbuf *out)
{
	for (unsigned i = 0; i < reboot->count; i++)
		strbuf_addf(out, "%s%s", i ? separator : "", reboot->reasons[i]);
}

static void sleep_ms(uint64_t ms)
{
	struct timespec left = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

int reboot_sync(void)
{
	struct err err = ERR_INIT;
	int result = file_sync_apart(SYNC_TIMEOUT_MS, &err);

	if (result < 0)
		log_warning("%s; going on without", err.text);
	return result;
}

/* The delay is there for a person to read why; without an end (panic=0) it would be no
 * reboot. */
static void reboot_now(struct boot *boot)
{
	uint64_t delay_ms = boot->settings->rescue.reboot_delay_ms;
	_cleanup_strbuf_ struct strbuf text;

	if (delay_ms == UINT64_MAX)
		delay_ms = 0;
	strbuf_init(&text, 0);
	strbuf_adds(&text, "\nbedplate: rebooting once for this:\n  ");
	add_reasons(&boot->reboot, "\n  ", &text);
	strbuf_addf(&text, "\nbedplate: reboot in %d s\n",
		    (int)((delay_ms + 999) / 1000));
	rescue_show(boot, text.text);
	sleep_ms(delay_ms);
	/* A disk that does not answer would keep the remount as well. */
	if (reboot_sync() == 0)
		mount(NULL, "/sysroot", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	reboot(RB_AUTOBOOT);
}

static int reboot_once(struct boot *boot, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf reasons;

	strbuf_init(&reasons, 0);
	if (reboot_marker_exists(root_fd)) {
		add_reasons(&boot->reboot, "; ", &reasons);
		boot->reboot.outcome = "rebooted before";
		report_warning(&boot->report,
			       "rebooted once already for this; going on: %s",
			       reasons.text);
		return 0;
	}
	add_reasons(&boot->reboot, "\n", &reasons);
	strbuf_addc(&reasons, '\n');
	boot->reboot.outcome = "no marker";
	if (change_marker(root_fd, reasons.text, err) < 0)
		return err_wrap(err, "no reboot, for it could not be remembered");
	reboot_now(boot);
	return err_sys(err, errno, "rebooting");
}

int step_reboot(struct boot *boot, struct err *err)
{
	_cleanup_close_ int root_fd = file_open_root("/sysroot", err);

	if (root_fd < 0)
		return root_fd;
	if (boot->reboot.count)
		return reboot_once(boot, root_fd, err);
	return reboot_marker_exists(root_fd) ? change_marker(root_fd, NULL, err) : 0;
}
