/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extract_folder.c: gives folders their owner, mode and time when all else is in them: a
 * mode may forbid writing, and each thing that is made in a folder changes its time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "mkinitramfs/extract_private.h"

int folder_remember(struct extraction *x, const struct cpio_entry *entry,
		    const char *name, struct err *err)
{
	struct folder *more;
	size_t i = 0;

	while (i < x->folder_count && strcmp(x->folders[i].path, name) != 0)
		i++;
	if (i == x->folder_count) {
		more = reallocarray(x->folders, i + 1, sizeof(*more));
		if (!more)
			return err_sys(err, ENOMEM, "unpacking %s", name);
		x->folders = more;
		more[i].path = strdup(name);
		if (!more[i].path)
			return err_sys(err, ENOMEM, "unpacking %s", name);
		x->folder_count++;
	}
	x->folders[i].entry = *entry;
	return 0;
}

static int folder_finish(struct extraction *x, const struct folder *folder,
			 struct err *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
				     { .tv_sec = (time_t)folder->entry.mtime } };
	_cleanup_close_ int fd = extract_open_folder(x->dir_fd, folder->path);

	/* Something else may have taken an empty folder's place. */
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return 0;
	if (fd < 0)
		return err_sys(err, errno, "opening %s", folder->path);
	if (fchown(fd, folder->entry.uid, folder->entry.gid) < 0)
		x->warned_owner = true;
	if (fchmod(fd, folder->entry.mode & 07777) < 0)
		return err_sys(err, errno, "setting the mode of %s", folder->path);
	futimens(fd, times);
	return 0;
}

int folders_finish(struct extraction *x, struct err *err)
{
	int result = 0;

	/* What is deeper comes later in an archive, and is to be reached still. */
	for (size_t i = x->folder_count; !result && i-- > 0;)
		result = folder_finish(x, &x->folders[i], err);
	return result;
}

void folders_free(struct extraction *x)
{
	for (size_t i = 0; i < x->folder_count; i++)
		free(x->folders[i].path);
	free(x->folders);
}
