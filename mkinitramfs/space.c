/* SPDX-License-Identifier: GPL-2.0-or-later */
/* space.c: counts and frees room for images. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kernel_file.h"
#include "lib/log.h"
#include "mkinitramfs/install.h"
#include "mkinitramfs/space.h"

/* Of a record and of what a file system adds to a file. */
enum { SPACE_ASIDE = 256 << 10 };

uint64_t space_estimate(uint64_t plain, uint64_t present)
{
	uint64_t packed = present + present / 4;

	return (present && packed < plain ? packed : plain) + SPACE_ASIDE;
}

static uint64_t entry_size(const struct entry *entry)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (entry->kind != ENTRY_FILE)
		return entry->size;
	fd = entry->dir_fd == AT_FDCWD
		     ? open(entry->source, O_PATH | O_CLOEXEC)
		     : file_open_in_root(entry->dir_fd, entry->source, O_PATH, NULL);
	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	/* A module that lies compressed by xz is some larger in the image. */
	return (uint64_t)st.st_size * (entry->unpack ? 2 : 1);
}

uint64_t space_plain(const struct plan *plan)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < plan->count; i++)
		sum += entry_size(&plan->items[i]) + 256;
	return sum;
}

/* What others than root may use, too: what is kept back is not for us. UINT64_MAX where the
 * file system does not count. */
static uint64_t space_free(const struct place *place)
{
	struct statvfs st;

	if (fstatvfs(place->fd, &st) < 0 || !st.f_blocks)
		return UINT64_MAX;
	return (uint64_t)st.f_bavail * st.f_frsize;
}

/* A kernel without modules may still be started: the one that runs and any whose file is there.
 * Where a packaging system has taken the modules first, that may be the only set that boots. */
static bool kernel_can_boot(const struct place *place, const char *version)
{
	_cleanup_free_ char *file = kernel_file_find(place->root_fd, place->dir, version);
	struct utsname running;

	return file || uname(&running) < 0 || !strcmp(running.release, version);
}

static bool kernel_is_gone(const struct place *place, const char *version)
{
	_cleanup_names_ struct names versions = NAMES_INIT;

	if (!*version || kernel_can_boot(place, version) ||
	    module_versions(place->root_fd, false, &versions))
		return false;
	for (size_t i = 0; i < versions.count; i++)
		if (!strcmp(versions.items[i], version))
			return false;
	/* Where there are no modules at all, something is not mounted. */
	return versions.count > 0;
}

/* Removes one image that nobody needs: its size, or 0. */
static uint64_t free_one(const struct place *place, const struct placed *placed,
			 bool dry_run)
{
	struct record_facts facts;
	struct err err = ERR_INIT;

	record_get(&placed->record, &facts);
	if (placed->previous || !kernel_is_gone(place, facts.kernel))
		return 0;
	log_info("%s is short of room: %s %s/%s, for kernel %s is gone", place->dir,
		 dry_run ? "would remove" : "removing", place->dir, placed->name,
		 facts.kernel);
	if (!dry_run && install_remove(place, placed->name, &err)) {
		log_warning("%s", err.text);
		return 0;
	}
	return facts.size;
}

int space_make(const struct place *place, uint64_t wanted, bool dry_run, struct err *err)
{
	_cleanup_placed_list_ struct placed_list list = PLACED_LIST_INIT;
	uint64_t room = space_free(place);
	int result;

	if (room >= wanted)
		return 0;
	result = place_list(place, &list, err);
	for (size_t i = 0; !result && room < wanted && i < list.count; i++) {
		uint64_t freed = free_one(place, &list.items[i], dry_run);

		if (freed)
			room = dry_run ? room + freed : space_free(place);
	}
	if (result || room >= wanted)
		return result;
	err_set(err, ENOSPC, "%s has %.1f MB left; the image may need %.1f MB",
		place->dir, (double)room / 1e6, (double)wanted / 1e6);
	err_hint(err, "remove a kernel that is not needed, or lower [Image] Keep=");
	return -ENOSPC;
}

void space_warn(const struct place *place, uint64_t size)
{
	uint64_t room = space_free(place);

	if (room < size + SPACE_ASIDE)
		log_warning("%s has %.1f MB left, which is too little for the next "
			    "image of %.1f MB",
			    place->dir, (double)room / 1e6, (double)size / 1e6);
}
