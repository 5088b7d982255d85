/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unit.c: asks systemd about guests' units. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/process.h"
#include "qemu-launch/unit.h"

bool unit_is_used(const struct context *context)
{
	static const char *const paths[] = {
		"etc/systemd/system/" UNIT_TEMPLATE,
		"run/systemd/system/" UNIT_TEMPLATE,
		"usr/local/lib/systemd/system/" UNIT_TEMPLATE,
		"usr/lib/systemd/system/" UNIT_TEMPLATE,
		"lib/systemd/system/" UNIT_TEMPLATE,
	};

	/* sd_booted(3) */
	if (context->host.root || !file_exists(context->root_fd, "run/systemd/system"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (file_exists(context->root_fd, paths[i]))
			return true;
	return false;
}

static bool is_older(const struct timespec *one, const struct timespec *other)
{
	return one->tv_sec != other->tv_sec ? one->tv_sec < other->tv_sec
					    : one->tv_nsec < other->tv_nsec;
}

static bool is_stale(int root_fd, const char *guest)
{
	struct stat file, made;
	char path[600];

	snprintf(path, sizeof(path), "etc/bedplate/guests/%.240s.conf", guest);
	if (fstatat(root_fd, path, &file, 0) < 0)
		return false;
	snprintf(path, sizeof(path),
		 "run/systemd/generator/bedplate-guest@%.240s.service.d/" UNIT_DROPIN,
		 guest);
	return fstatat(root_fd, path, &made, 0) < 0 ||
	       is_older(&made.st_mtim, &file.st_mtim);
}

int unit_refresh(const struct context *context, struct err *err)
{
	const char *argv[] = { "systemctl", "daemon-reload", NULL };
	struct process process = { .argv = argv };

	for (size_t i = 0; i < context->settings.guests.count; i++)
		if (is_stale(context->root_fd, context->settings.guests.items[i].name))
			return process_run_quiet(&process, err);
	return 0;
}

int unit_ask(const char *verb, const char *guest, struct err *err)
{
	char unit[UNIT_NAME_MAX];
	const char *argv[] = { "systemctl", verb, unit, NULL };
	struct process process = { .argv = argv };

	snprintf(unit, sizeof(unit), "bedplate-guest@%.255s.service", guest);
	return process_run_quiet(&process, err);
}

bool unit_has_process(const char *guest, const struct process_id *process)
{
	_cleanup_close_ int root_fd = file_open_root("/", NULL);
	_cleanup_strbuf_ struct strbuf text;
	char path[64], unit[UNIT_NAME_MAX];

	strbuf_init(&text, 65536);
	snprintf(path, sizeof(path), "proc/%d/cgroup", (int)process->pid);
	snprintf(unit, sizeof(unit), "/bedplate-guest@%.255s.service", guest);
	return root_fd >= 0 && !file_read(root_fd, path, &text, NULL) &&
	       strstr(text.text, unit);
}
