/* SPDX-License-Identifier: GPL-2.0-or-later */
/* install_tidy.c: what those who were killed have left. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/failure.h"
#include "lib/log.h"
#include "lib/text_match.h"
#include "mkinitramfs/install.h"
#include "mkinitramfs/plan.h"

static bool is_recorded(const struct place *place, const char *image, int fd)
{
	_cleanup_record_ struct record record = RECORD_INIT;

	return record_read(&record, place->fd, image, NULL) > 0 &&
	       record_is_about(&record, fd);
}

/* ".IMAGE.json.bedplate-new" of an image that has its name already. Where the present record
 * is about that, too, the staged one's bytes were the same, and may not have been verified
 * with another kernel yet. */
static bool finish_record(const struct place *place, const char *staged)
{
	static const char end[] = RECORD_SUFFIX PLACE_STAGED_SUFFIX;
	_cleanup_record_ struct record record = RECORD_INIT;
	_cleanup_free_ char *image = NULL, *name = NULL;
	_cleanup_close_ int fd = -1;

	if (!text_ends_in(staged, end))
		return false;
	image = strndup(staged + 1, strlen(staged) - 1 - strlen(end));
	name = image ? format_text("%s" RECORD_SUFFIX, image) : NULL;
	if (!name || record_read_file(&record, place->fd, staged, NULL) <= 0)
		return false;
	fd = openat(place->fd, image, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && record_is_about(&record, fd) &&
	       !is_recorded(place, image, fd) &&
	       !renameat(place->fd, staged, place->fd, name);
}

/* ".NAME.PID.new" of a file_aside whose process is gone; only of names that are ours. */
static bool is_dead_aside(const struct place *place, const char *name)
{
	const char *pid = name + strlen(name) - strlen(".new");
	_cleanup_free_ char *base = NULL, *record = NULL;
	long number;

	while (pid > name && pid[-1] >= '0' && pid[-1] <= '9')
		pid--;
	if (pid < name + 2 || pid[-1] != '.')
		return false;
	number = strtol(pid, NULL, 10);
	base = strndup(name + 1, (size_t)(pid - name) - 2);
	record = base ? format_text("%s" RECORD_SUFFIX, base) : NULL;
	if (!record || number <= 0 || !kill((pid_t)number, 0) || errno != ESRCH)
		return false;
	return text_ends_in(base, RECORD_SUFFIX) || text_ends_in(base, FAILURE_SUFFIX) ||
	       !faccessat(place->fd, record, F_OK, AT_SYMLINK_NOFOLLOW);
}

static bool is_left_over(const struct place *place, const char *name)
{
	if (name[0] != '.')
		return false;
	if (text_ends_in(name, PLACE_STAGED_SUFFIX))
		return !finish_record(place, name);
	return text_ends_in(name, ".new") && is_dead_aside(place, name);
}

static int tidy_folder(const struct place *place, DIR *dir, struct err *err)
{
	struct dirent *item;

	while ((item = readdir(dir))) {
		if (!is_left_over(place, item->d_name))
			continue;
		log_info("%s: removing %s, which was left behind", place->dir,
			 item->d_name);
		if (unlinkat(place->fd, item->d_name, 0) < 0)
			return err_sys(err, errno, "removing %s/%s", place->dir,
				       item->d_name);
	}
	return 0;
}

/* Records whose image is gone: somebody was killed while he removed it. */
static int tidy_records(const struct place *place, struct err *err)
{
	_cleanup_placed_list_ struct placed_list list = PLACED_LIST_INIT;
	int result = place_list(place, &list, err);

	for (size_t i = 0; !result && i < list.count; i++)
		if (!list.items[i].there)
			result = install_remove(place, list.items[i].name, err);
	return result;
}

int install_tidy(const struct place *place, struct err *err)
{
	int fd = openat(place->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int result;

	if (!dir)
		return err_sys(err, errno, "listing %s", place->dir);
	result = tidy_folder(place, dir, err);
	return result ? result : tidy_records(place, err);
}
