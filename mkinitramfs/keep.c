/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keep.c: hands images on to the names of previous ones. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/boot_mark.h"
#include "lib/cleanup.h"
#include "lib/file_copy.h"
#include "lib/log.h"
#include "mkinitramfs/keep.h"
#include "mkinitramfs/plan.h"

/* For a file system without hard links, such as vfat. */
static int copy_file(const struct place *place, const char *from, const char *to)
{
	_cleanup_close_ int in = openat(place->fd, from, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out = -1;
	struct stat st;
	int result;

	if (in < 0 || fstat(in, &st) < 0)
		return -errno;
	out = openat(place->fd, to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		     st.st_mode & 0777);
	if (out < 0)
		return -errno;
	result = file_copy(in, out);
	return !result && fsync(out) < 0 ? -errno : result;
}

static int link_or_copy(const struct place *place, const char *from, const char *to)
{
	unlinkat(place->fd, to, 0);
	if (!linkat(place->fd, from, place->fd, to, 0))
		return 0;
	if (errno == ENOENT)
		return -ENOENT;
	return copy_file(place, from, to);
}

/* Has `to` become another name of `from`, at once; where `from` is not there, `to` goes. */
static int give_name(const struct place *place, const char *from, const char *to,
		     struct err *err)
{
	_cleanup_free_ char *staged = place_staged(to);
	int result = staged ? link_or_copy(place, from, staged) : -ENOMEM;

	if (result == -ENOENT) {
		unlinkat(place->fd, to, 0);
		return 0;
	}
	/* If both are names of one file already, rename does nothing and leaves both. */
	if (!result && renameat(place->fd, staged, place->fd, to) < 0)
		result = -errno;
	if (staged)
		unlinkat(place->fd, staged, 0);
	return result ? err_sys(err, -result, "keeping %s as %s", from, to) : 0;
}

static int give_both(const struct place *place, const char *from, const char *to,
		     struct err *err)
{
	_cleanup_free_ char *from_record = format_text("%s" RECORD_SUFFIX, from);
	_cleanup_free_ char *to_record = format_text("%s" RECORD_SUFFIX, to);
	int result = give_name(place, from, to, err);

	if (result || !from_record || !to_record)
		return result ? result : err_sys(err, ENOMEM, "keeping %s", from);
	return give_name(place, from_record, to_record, err);
}

static bool is_there(const struct place *place, const char *name)
{
	return !faccessat(place->fd, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

static bool has_failed(const struct record *record)
{
	struct record_verdict verdict;

	return record_get_verdict(record, &verdict) && !strcmp(verdict.result, "failed");
}

/* Whether a boot with it was good, as far as boots are marked here. */
static enum boot_mark mark_of(const struct place *place, const struct record *record)
{
	struct record_facts facts;

	record_get(record, &facts);
	return boot_mark_of(place->root_fd, facts.id);
}

/* An image that failed, or that nothing was booted with yet, would push out one that boots: one
 * of ours that was good, or somebody else's. */
static bool is_worse(const struct place *place, const char *image, const char *previous)
{
	_cleanup_placed_ struct placed present = { .name = NULL };
	_cleanup_placed_ struct placed before = { .name = NULL };

	if (placed_read(place, image, &present, NULL) ||
	    placed_read(place, previous, &before, NULL) || !present.whole ||
	    !before.there)
		return false;
	if (has_failed(&present.record))
		return true;
	return mark_of(place, &present.record) == BOOT_MARK_NONE &&
	       (!before.record.json || mark_of(place, &before.record) == BOOT_MARK_GOOD);
}

/* The two may be one file where somebody was killed half way. */
static bool is_kept(const struct place *place, const char *image, const char *previous)
{
	struct stat a, b;

	return !fstatat(place->fd, image, &a, 0) &&
	       !fstatat(place->fd, previous, &b, 0) && a.st_ino == b.st_ino &&
	       a.st_dev == b.st_dev;
}

static int move_on(const struct place *place, const char *image, int number,
		   struct err *err)
{
	_cleanup_free_ char *from = place_previous(image, number);
	_cleanup_free_ char *to = place_previous(image, number + 1);

	if (!from || !to)
		return err_sys(err, ENOMEM, "keeping %s", image);
	return is_there(place, from) ? give_both(place, from, to, err) : 0;
}

int keep_previous(const struct place *place, const char *image, struct err *err)
{
	_cleanup_free_ char *previous = place_previous(image, 1);
	int result = 0;

	if (!previous)
		return err_sys(err, ENOMEM, "keeping %s", image);
	if (!place->keep || !is_there(place, image) || is_worse(place, image, previous))
		return 0;
	if (!is_kept(place, image, previous))
		for (int number = place->keep - 1; !result && number > 0; number--)
			result = move_on(place, image, number, err);
	return result ? result : give_both(place, image, previous, err);
}

static int prune_one(const struct place *place, const char *image, int number)
{
	_cleanup_free_ char *name = place_previous(image, number);
	_cleanup_free_ char *record = name ? format_text("%s" RECORD_SUFFIX, name) : NULL;
	int found = 0;

	if (!record)
		return 0;
	if (!unlinkat(place->fd, name, 0))
		found = 1;
	else if (errno != ENOENT)
		log_warning("%s/%s could not be removed: %s", place->dir, name,
			    strerror(errno));
	unlinkat(place->fd, record, 0);
	return found;
}

int keep_prune(const struct place *place, const char *image, int keep)
{
	int found = 0;

	for (int number = keep + 1; number <= PLACE_KEEP_MAX; number++)
		found += prune_one(place, image, number);
	return found;
}
