/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list.c: prints the entries of any initramfs. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "lib/cleanup.h"
#include "mkinitramfs/archive.h"
#include "mkinitramfs/list.h"
#include "mkinitramfs/show.h"

struct lister {
	struct archive archive;
	char target[PATH_MAX + 1]; /* of a symbolic link; else "" */
};

/* Reads the target of a symbolic link. */
static int lister_target(struct lister *lister, const struct cpio_entry *entry,
			 struct err *err)
{
	size_t used = 0;
	ssize_t got = 1;

	lister->target[0] = '\0';
	if (!S_ISLNK(entry->mode))
		return 0;
	if (entry->size > PATH_MAX)
		return err_set(err, EBADMSG, "%s: a link's target of %" PRIu32 " bytes",
			       entry->name, entry->size);
	while (got > 0 && used < entry->size) {
		got = archive_read(&lister->archive, lister->target + used,
				   entry->size - used, err);
		used += got > 0 ? (size_t)got : 0;
	}
	lister->target[used] = '\0';
	return got < 0 ? (int)got : 0;
}

static int lister_next(struct lister *lister, const struct cpio_entry **entry,
		       struct err *err)
{
	int result = archive_next(&lister->archive, entry, err);

	if (result > 0) {
		int failed = lister_target(lister, *entry, err);

		return failed ? failed : 1;
	}
	return result;
}

/* A name may hold anything but '\0'; control characters are for no terminal. */
static void print_name(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			printf("\\%03o", (unsigned char)*name);
		else
			putchar(*name);
}

/* The late archive's own entry stands among the others. */
static bool is_late(const struct lister *lister, const struct cpio_entry *entry)
{
	return lister->archive.late && !archive_is_late_archive(entry);
}

static void print_entry(const struct lister *lister, const struct cpio_entry *entry)
{
	char mode[11], size[32], date[32];
	time_t time = (time_t)entry->mtime;
	struct tm tm;

	show_mode(entry->mode, mode);
	if (S_ISCHR(entry->mode) || S_ISBLK(entry->mode))
		snprintf(size, sizeof(size), "%" PRIu32 ", %" PRIu32, entry->rdev_major,
			 entry->rdev_minor);
	else
		snprintf(size, sizeof(size), "%" PRIu32, entry->size);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M", gmtime_r(&time, &tm));
	printf("%s %2" PRIu32 " %-4" PRIu32 " %-4" PRIu32 " %8s %s ", mode, entry->nlink,
	       entry->uid, entry->gid, size, date);
	print_name(entry->name);
	if (*lister->target) {
		printf(" -> ");
		print_name(lister->target);
	}
	printf("%s\n", is_late(lister, entry) ? show_late : "");
}

static int list_text(struct lister *lister, struct err *err)
{
	const struct cpio_entry *entry;
	int result;

	while ((result = lister_next(lister, &entry, err)) > 0)
		print_entry(lister, entry);
	if (fflush(stdout) == EOF)
		return err_sys(err, errno, "writing to the standard output");
	return result;
}

static json_t *list_json_entry(const struct lister *lister,
			       const struct cpio_entry *entry)
{
	json_t *object = json_object();
	char mode[16];

	snprintf(mode, sizeof(mode), "%06o", entry->mode);
	json_object_set_new(object, "path", show_json_text(entry->name));
	json_object_set_new(object, "mode", json_string(mode));
	json_object_set_new(object, "uid", json_integer(entry->uid));
	json_object_set_new(object, "gid", json_integer(entry->gid));
	json_object_set_new(object, "nlink", json_integer(entry->nlink));
	json_object_set_new(object, "size", json_integer(entry->size));
	json_object_set_new(object, "mtime", json_integer(entry->mtime));
	json_object_set_new(object, "stream",
			    json_integer((json_int_t)lister->archive.segment));
	json_object_set_new(object, "compression",
			    json_string(archive_method(&lister->archive)));
	json_object_set_new(object, "late", json_boolean(is_late(lister, entry)));
	if (*lister->target)
		json_object_set_new(object, "target", show_json_text(lister->target));
	if (S_ISCHR(entry->mode) || S_ISBLK(entry->mode)) {
		json_object_set_new(object, "major", json_integer(entry->rdev_major));
		json_object_set_new(object, "minor", json_integer(entry->rdev_minor));
	}
	return object;
}

static int list_json(struct lister *lister, struct err *err)
{
	json_t *object = json_object(), *entries = json_array();
	const struct cpio_entry *entry;
	int result;

	while ((result = lister_next(lister, &entry, err)) > 0)
		json_array_append_new(entries, list_json_entry(lister, entry));
	json_object_set_new(object, "version", json_integer(1));
	json_object_set_new(object, "entries", entries);
	if (!result)
		return show_json_value(object, err);
	json_decref(object);
	return result;
}

int list_run(const char *path, bool json, struct err *err)
{
	_cleanup_free_ struct lister *lister = calloc(1, sizeof(*lister));
	int result;

	if (!lister)
		return err_sys(err, ENOMEM, "listing %s", path);
	result = archive_open_file(&lister->archive, path, err);
	if (result)
		return result;
	result = json ? list_json(lister, err) : list_text(lister, err);
	archive_release(&lister->archive);
	return result ? err_wrap(err, "%s", path) : 0;
}
