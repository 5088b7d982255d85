/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap_others.c: who else names what swap space is to be on: fstab, guests. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/swap.h"
#include "lib/cleanup.h"
#include "lib/mount_text.h"
#include "lib/origin.h"

/* Of a device by its number, which may have several nodes. */
static bool is_same(int root_fd, const char *path, const char *other)
{
	dev_t device = swap_device_number(root_fd, path);

	return !strcmp(path, other) ||
	       (device && swap_device_number(root_fd, other) == device);
}

/* The device or file of a line of fstab(5) that is swap space, as proc/swaps would have it. */
static bool read_fstab_line(int root_fd, const char *line, char path[PATH_MAX])
{
	char spec[PATH_MAX], type[16];

	if (sscanf(line, "%4095s %*s %15s", spec, type) != 2 || *spec == '#' ||
	    strcmp(type, "swap") != 0)
		return false;
	mount_text_decode(spec);
	return swap_find_device(root_fd, spec, path, NULL) == 0;
}

void swap_note_fstab(const struct part_context *context, const char *fstab,
		     const char *path, const char *origin)
{
	_cleanup_free_ char *text = strdup(fstab);
	char *rest = text, *line, other[PATH_MAX];

	while (text && (line = strsep(&rest, "\n"))) {
		if (!read_fstab_line(context->root_fd, line, other) ||
		    !is_same(context->root_fd, path, other))
			continue;
		part_note(
			context,
			"%s is in /etc/fstab, too, which brings it into use as that says: "
			"take it out of one of them (%s)",
			path, origin);
		return;
	}
}

/* A guest's disk that nothing was written to yet holds nothing that would be found on it. */
static bool has_disk(const struct guest *guest, int root_fd, const char *path,
		     size_t *index)
{
	char real[PATH_MAX];

	for (size_t i = 0; i < guest->data->disk.count; i++) {
		const char *disk = guest->data->disk.items[i].path;

		*index = i;
		if (*disk != '/')
			continue;
		if (!strcmp(disk, path) || (!swap_real_path(root_fd, disk, real, NULL) &&
					    is_same(root_fd, path, real)))
			return true;
	}
	return false;
}

int swap_check_guests(const struct part_context *context, const char *path,
		      const char *origin, struct err *err)
{
	char place[ORIGIN_MAX];
	size_t index;

	for (size_t i = 0; i < context->guests->count; i++) {
		const struct guest *guest = &context->guests->items[i];

		if (!has_disk(guest, context->root_fd, path, &index))
			continue;
		origin_text(guest->conf, "Disk", "Path", index, place, sizeof(place));
		err_set(err, EBUSY,
			"%s: %s is not taken: it is a disk of the guest %s (%s)", origin,
			path, guest->name, place);
		err_mistake(err);
		return -EBUSY;
	}
	return 0;
}
