/* SPDX-License-Identifier: GPL-2.0-or-later */
/* install.c: stages an image and has it take its place. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/failure.h"
#include "lib/file.h"
#include "mkinitramfs/install.h"
#include "mkinitramfs/keep.h"
#include "mkinitramfs/plan.h"

int install_open(struct install *install, const struct place *place, const char *version,
		 struct err *err)
{
	*install = (struct install){ .place = place };
	install->image = place_image(place, version);
	if (install->image) {
		install->record = format_text("%s" RECORD_SUFFIX, install->image);
		install->staged = place_staged(install->image);
	}
	if (install->record)
		install->staged_record = place_staged(install->record);
	return install->staged && install->staged_record
		       ? 0
		       : err_sys(err, ENOMEM, "installing an image");
}

void install_release(struct install *install)
{
	if (install->staged && install->facts.size) {
		unlinkat(install->place->fd, install->staged, 0);
		unlinkat(install->place->fd, install->staged_record, 0);
	}
	free(install->image);
	free(install->staged);
	free(install->record);
	free(install->staged_record);
	*install = (struct install){ .place = NULL };
}

/* Whatever its record says: somebody may have been killed before he had written that. */
static bool install_is_same(const struct install *install)
{
	_cleanup_close_ int fd =
		openat(install->place->fd, install->image, O_RDONLY | O_CLOEXEC);
	char present[sizeof(install->sha512)];
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) &&
	       (uint64_t)st.st_size == install->facts.size &&
	       !record_hash(fd, present, NULL) && !strcmp(present, install->sha512);
}

/* Beyond what write(2) said: a file system that is full may say so only now. */
static int stage_check(struct install *install, int fd, uint64_t size, struct err *err)
{
	struct stat st;

	if (fsync(fd) < 0)
		return err_sys(err, errno, "syncing %s", install->staged);
	if (fstat(fd, &st) < 0)
		return err_sys(err, errno, "looking at %s", install->staged);
	if ((uint64_t)st.st_size != size)
		return err_set(err, EIO, "%s has %lld bytes where %llu were written",
			       install->staged, (long long)st.st_size,
			       (unsigned long long)size);
	install->facts.size = size;
	return record_hash(fd, install->sha512, err);
}

static int stage_image(struct install *install, const struct build *build,
		       const struct host_conf *host, int fd, struct image_result *done,
		       struct err *err)
{
	int result;

	if (fd < 0)
		return err_sys(err, errno, "creating %s/%s", install->place->dir,
			       install->staged);
	/* From here on there is something to remove. */
	install->facts.size = 1;
	if (fchmod(fd, 0600) < 0)
		return err_sys(err, errno, "creating %s", install->staged);
	result = build_write(build, host, fd, done, err);
	return result ? result : stage_check(install, fd, done->packed, err);
}

/* Whether the image was proved with the kernel that is there now. */
static bool has_same_kernel(const struct record *record, const struct inputs *inputs)
{
	_cleanup_inputs_ struct inputs before = INPUTS_INIT;
	const struct input *now = inputs_find(inputs, INPUT_KERNEL_FILE), *then;

	if (record_get_inputs(record, &before, NULL))
		return false;
	then = inputs_find(&before, INPUT_KERNEL_FILE);
	return then && now ? then->digest == now->digest && then->size == now->size
			   : !then && !now;
}

/* The record of the file that is going to have the name: the staged one, or, where the
 * bytes are the same, the present one, whose verdict stays if the kernel is the same, too. */
static int stage_record(struct install *install, const struct inputs *inputs, int fd,
			struct err *err)
{
	_cleanup_record_ struct record record = RECORD_INIT;
	_cleanup_placed_ struct placed present = { .name = NULL };
	struct record_verdict verdict;
	struct stat st;
	int result = record_make(&record, &install->facts, inputs, err);

	if (!result && install->same)
		result = placed_read(install->place, install->image, &present, err);
	if (!result && present.whole && record_get_verdict(&present.record, &verdict) &&
	    has_same_kernel(&present.record, inputs))
		result = record_set_verdict(&record, &verdict, err);
	if (result)
		return result;
	if ((install->same ? fstatat(install->place->fd, install->image, &st, 0)
			   : fstat(fd, &st)) < 0)
		return err_sys(err, errno, "looking at %s", install->image);
	result = record_set_file(&record, &st, err);
	return result ? result
		      : record_write_file(&record, install->place->fd,
					  install->staged_record, err);
}

int install_stage(struct install *install, const struct build *build,
		  const struct host_conf *host, const struct inputs *inputs,
		  struct image_result *done, struct err *err)
{
	_cleanup_close_ int fd =
		openat(install->place->fd, install->staged,
		       O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int result = stage_image(install, build, host, fd, done, err);

	memcpy(install->id, done->id, sizeof(install->id));
	record_now(install->made);
	install->facts =
		(struct record_facts){ .kernel = build->o.version,
				       .mode = build->o.has_chain ? "host" : "generic",
				       .made = install->made,
				       .made_by = BEDPLATE_VERSION,
				       .id = install->id,
				       .sha512 = install->sha512,
				       .size = install->facts.size };
	if (!result) {
		install->same = install_is_same(install);
		result = stage_record(install, inputs, fd, err);
	}
	return result ? err_wrap(err, "%s/%s", install->place->dir, install->image) : 0;
}

static int rename_staged(const struct install *install, const char *from, const char *to,
			 struct err *err)
{
	if (renameat(install->place->fd, from, install->place->fd, to) < 0)
		return err_sys(err, errno, "renaming %s to %s", from, to);
	return 0;
}

static int sync_folder(const struct place *place, struct err *err)
{
	return fsync(place->fd) < 0 ? err_sys(err, errno, "syncing %s", place->dir) : 0;
}

int install_commit(struct install *install, struct err *err)
{
	const struct place *place = install->place;
	int result = 0;

	if (!install->same) {
		result = keep_previous(place, install->image, err);
		/* What was kept is to be on disk before the name goes to another. */
		if (!result)
			result = sync_folder(place, err);
		if (!result)
			result = rename_staged(install, install->staged, install->image,
					       err);
	} else if (unlinkat(place->fd, install->staged, 0) < 0) {
		result = err_sys(err, errno, "removing %s", install->staged);
	}
	if (!result)
		result = rename_staged(install, install->staged_record, install->record,
				       err);
	if (!result)
		result = sync_folder(place, err);
	if (result)
		return err_wrap(err, "%s/%s", place->dir, install->image);
	install->facts.size = 0;
	keep_prune(place, install->image, place->keep);
	return 0;
}

static bool remove_file(const struct place *place, const char *name, int *result,
			struct err *err)
{
	if (!unlinkat(place->fd, name, 0))
		return true;
	if (errno != ENOENT && !*result)
		*result = err_sys(err, errno, "removing %s/%s", place->dir, name);
	return false;
}

int install_remove(const struct place *place, const char *image, struct err *err)
{
	_cleanup_free_ char *record = format_text("%s" RECORD_SUFFIX, image);
	int result = record ? 0 : err_sys(err, ENOMEM, "removing an image");
	bool found = false;

	if (result)
		return result;
	found = keep_prune(place, image, 0) > 0;
	found = failure_forget(place, image) || found;
	found = remove_file(place, image, &result, err) || found;
	if (!result)
		found = remove_file(place, record, &result, err) || found;
	if (result)
		return result;
	if (!found)
		return err_set(err, ENOENT, "%s/%s is not there", place->dir, image);
	return sync_folder(place, err);
}
