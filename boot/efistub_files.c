/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * efistub_files.c: kernels and images on the EFI system partition.
 *
 * How it works: first goes what no entry names, then come the copies, then entries, and last
 * goes what they named before. So at any moment all files of each entry are there. What is in
 * the folder of our id is ours; in the one above it, where earlier versions had theirs, other
 * installations' files may be, too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "boot/choice.h"
#include "boot/efistub.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"

#define FOLDER "EFI/bedplate"

/* What a file system gives out at once, at most. */
enum { CLUSTER = 64 << 10 };

char *efistub_kernel_name(const struct booted *booted)
{
	return format_text("vmlinuz-%s-%s", booted->version, booted->kernel_id);
}

char *efistub_image_name(const struct booted *booted)
{
	return format_text("initrd-%s-%s.img", booted->version, booted->image);
}

static char *path_of(const struct esp *esp, const char *name)
{
	return name ? format_text("%s/" FOLDER "/%s/%s", esp->path, esp->id, name) : NULL;
}

static char *former_path_of(const struct esp *esp, const char *name)
{
	return name ? format_text("%s/" FOLDER "/%s", esp->path, name) : NULL;
}

static bool is_there(const struct boot *boot, const struct esp *esp, const char *name)
{
	_cleanup_free_ char *path = path_of(esp, name);
	_cleanup_free_ char *former = former_path_of(esp, name);

	return (path && file_exists(boot->root_fd, path)) ||
	       (former && file_exists(boot->root_fd, former));
}

bool efistub_has_files(const struct boot *boot, const struct esp *esp,
		       const struct booted *booted)
{
	_cleanup_free_ char *kernel = efistub_kernel_name(booted);
	_cleanup_free_ char *image = efistub_image_name(booted);

	return is_there(boot, esp, kernel) && is_there(boot, esp, image);
}

int efistub_copy_files(struct plan *plan, const struct esp *esp,
		       const struct boot_image *image, struct names *wanted,
		       struct err *err)
{
	const struct booted whole = choice_booted(image, NULL);
	_cleanup_free_ char *kernel = efistub_kernel_name(&whole);
	_cleanup_free_ char *initrd = efistub_image_name(&whole);
	_cleanup_free_ char *kernel_path = path_of(esp, kernel);
	_cleanup_free_ char *initrd_path = path_of(esp, initrd);
	int result;

	if (!kernel_path || !initrd_path || names_add(wanted, kernel) ||
	    names_add(wanted, initrd))
		return err_sys(err, ENOMEM, "planning");
	result = plan_copy(plan, image->kernel, kernel_path, 0644, "", err);
	return result ? result : plan_copy(plan, image->path, initrd_path, 0600, "", err);
}

static bool has_name(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcasecmp(names->items[i], name))
			return true;
	return false;
}

/* Whether the file stands somewhere in there as a whole. */
static bool has_file(const char *text, const char *file)
{
	size_t length = strlen(file);

	while ((text = strcasestr(text, file))) {
		text += length;
		if (!*text || *text == ' ')
			return true;
	}
	return false;
}

/* Whether an entry of ours, or one that is not, has this as its loader, or as its initrd=. */
static bool is_named(const struct efi *efi, const char *file, bool ours)
{
	for (size_t i = 0; efi && i < efi->count; i++)
		if (efi->entries[i].ours == ours &&
		    (has_file(efi->entries[i].file, file) ||
		     has_file(efi->entries[i].options, file)))
			return true;
	return false;
}

/* What a copy was written to that was broken off (lib/file.h). */
static bool is_broken_off(const char *name)
{
	const char *end = strrchr(name, '.');

	return *name == '.' && end && !strcmp(end, ".new");
}

/* All in the folder, and those that names_read leaves out. */
static int read_folder(const struct boot *boot, const char *path, struct names *names)
{
	int result = names_read(names, boot->root_fd, path);
	int fd = file_open_in_root(boot->root_fd, path, O_RDONLY | O_DIRECTORY, NULL);
	_cleanup_closedir_ DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;

	while (folder && !result && (item = readdir(folder)))
		if (is_broken_off(item->d_name))
			result = names_add(names, item->d_name);
	return result;
}

static bool is_our_file(const char *name)
{
	name += is_broken_off(name);
	return !strncmp(name, "vmlinuz-", 8) || !strncmp(name, "initrd-", 7);
}

static bool is_planned(const struct plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->steps[i].kind == STEP_REMOVE &&
		    !strcmp(plan->steps[i].path, path))
			return true;
	return false;
}

/* All of ours but those that are wanted, and those that one of `efi` names. */
static int remove_all_but(const struct boot *boot, struct plan *plan,
			  const struct esp *esp, const struct efi *efi,
			  const struct names *wanted, struct err *err)
{
	_cleanup_free_ char *folder = path_of(esp, "");
	_cleanup_names_ struct names there = NAMES_INIT;
	int result = 0;

	if (!folder || read_folder(boot, folder, &there))
		return err_sys(err, ENOMEM, "planning");
	for (size_t i = 0; !result && i < there.count; i++) {
		const char *name = there.items[i];
		_cleanup_free_ char *path = path_of(esp, name);
		_cleanup_free_ char *file =
			format_text(EFI_OUR_FOLDER "%s\\%s", esp->id, name);

		if (!path || !file)
			return err_sys(err, ENOMEM, "planning");
		if (is_our_file(name) && !has_name(wanted, name) &&
		    !is_named(efi, file, true) && !is_planned(plan, path))
			result = plan_remove(plan, path,
					     is_broken_off(name) ? "it was broken off"
								 : "no entry names it",
					     err);
	}
	return result;
}

/* By the id in its name, which is at its end, or in front of .img. */
static bool is_known(const struct boot *boot, const char *name)
{
	const char *end = strstr(name, ".img");
	size_t length = end && !end[4] ? (size_t)(end - name) : strlen(name);
	_cleanup_free_ char *id = NULL;

	if (length < DIGEST_TEXT_SIZE || name[length - DIGEST_TEXT_SIZE] != '-')
		return false;
	id = strndup(name + length - (DIGEST_TEXT_SIZE - 1), DIGEST_TEXT_SIZE - 1);
	return id && efistub_knows(boot, id, *name == 'v');
}

/* Of the earlier place. Before entries are made those that name a file count, and `wanted` has what
 * is still to be copied from there; afterwards it is NULL, and ours are gone. */
static bool goes(const struct boot *boot, const struct efi *efi,
		 const struct names *wanted, const char *name)
{
	_cleanup_free_ char *file = format_text(EFI_OUR_FOLDER "%s", name);
	bool named = !file || is_named(efi, file, true);

	if (!file || !is_our_file(name) || is_named(efi, file, false))
		return false;
	return wanted ? !named && is_known(boot, name) && !has_name(wanted, name)
		      : named || is_known(boot, name);
}

static int remove_former(const struct boot *boot, struct plan *plan,
			 const struct esp *esp, const struct efi *efi,
			 const struct names *wanted, struct err *err)
{
	_cleanup_free_ char *folder = former_path_of(esp, "");
	_cleanup_names_ struct names there = NAMES_INIT;
	int result = 0;

	if (!folder || names_read(&there, boot->root_fd, folder))
		return err_sys(err, ENOMEM, "planning");
	for (size_t i = 0; !result && i < there.count; i++) {
		_cleanup_free_ char *path = former_path_of(esp, there.items[i]);

		if (!path)
			return err_sys(err, ENOMEM, "planning");
		if (goes(boot, efi, wanted, there.items[i]) && !is_planned(plan, path))
			result = plan_remove(plan, path, "it has moved", err);
	}
	return result;
}

static bool is_copied(const struct plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->steps[i].kind == STEP_COPY &&
		    !strcmp(plan->steps[i].path, path))
			return true;
	return false;
}

int efistub_move_files(const struct boot *boot, struct plan *plan, const struct esp *esp,
		       const struct names *wanted, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < wanted->count; i++) {
		const char *name = wanted->items[i];
		_cleanup_free_ char *from = former_path_of(esp, name);
		_cleanup_free_ char *to = path_of(esp, name);

		if (!from || !to)
			return err_sys(err, ENOMEM, "planning");
		if (!is_copied(plan, to) && !file_exists(boot->root_fd, to) &&
		    file_exists(boot->root_fd, from))
			result = plan_copy(plan, from, to, *name == 'v' ? 0644 : 0600, "",
					   err);
	}
	return result;
}

int efistub_clear_files(const struct boot *boot, struct plan *plan, const struct esp *esp,
			const struct efi *efi, const struct names *wanted,
			struct err *err)
{
	int result = remove_all_but(boot, plan, esp, efi, wanted, err);

	return result ? result : remove_former(boot, plan, esp, efi, wanted, err);
}

int efistub_remove_files(const struct boot *boot, struct plan *plan,
			 const struct esp *esp, const struct efi *efi,
			 const struct names *wanted, struct err *err)
{
	int result = remove_all_but(boot, plan, esp, NULL, wanted, err);

	return result ? result : remove_former(boot, plan, esp, efi, NULL, err);
}

static unsigned long long size_of(int root_fd, const char *path)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, path, O_RDONLY, NULL);
	struct stat st;

	return fd < 0 || fstat(fd, &st) < 0 ? 0 : (unsigned long long)st.st_size;
}

int efistub_check_room(const struct boot *boot, const struct plan *plan,
		       const struct esp *esp, struct err *err)
{
	_cleanup_close_ int fd =
		file_open_in_root(boot->root_fd, esp->path, O_RDONLY | O_DIRECTORY, NULL);
	unsigned long long needed = 0, room;
	struct statvfs fs;

	if (fd < 0 || fstatvfs(fd, &fs) < 0)
		return 0;
	room = (unsigned long long)fs.f_bavail * fs.f_frsize;
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = &plan->steps[i];

		if (step->kind == STEP_COPY)
			needed += size_of(boot->root_fd, step->source) + CLUSTER;
		else if (step->kind == STEP_REMOVE)
			room += size_of(boot->root_fd, step->path);
	}
	if (!needed || needed <= room)
		return 0;
	err_set(err, ENOSPC, "/%s has room for %llu KiB, and %llu KiB are to be copied",
		esp->path, room >> 10, needed >> 10);
	return err_hint(err,
			"remove what others left there, or keep fewer images: [Image] "
			"Keep=, [BootLoader] Previous=no");
}
