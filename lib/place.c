/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place.c: names in the folder of images, and what lies there. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/log.h"
#include "lib/place.h"

static const char previous_suffix[] = ".prev";

int place_open(struct place *place, const struct host_conf *host, int root_fd,
	       struct err *err)
{
	place->root_fd = root_fd;
	place->dir = host->image.directory;
	place->name = host->image.name;
	place->keep = (int)host->image.keep;
	place->fd = file_open_in_root(root_fd, place->dir, O_RDONLY | O_DIRECTORY, err);
	if (place->fd >= 0)
		return 0;
	err_hint(err, "[Image] Directory= names the folder of the images");
	return place->fd;
}

void place_release(struct place *place)
{
	cleanup_close(&place->fd);
}

char *place_image(const struct place *place, const char *version)
{
	const char *mark = strstr(place->name, "%v");

	return format_text("%.*s%s%s", (int)(mark - place->name), place->name, version,
			   mark + 2);
}

char *place_previous(const char *image, int number)
{
	if (number == 1)
		return format_text("%s%s", image, previous_suffix);
	return format_text("%s%s%d", image, previous_suffix, number);
}

char *place_staged(const char *name)
{
	return format_text(".%s" PLACE_STAGED_SUFFIX, name);
}

int place_previous_number(const char *name, size_t *length)
{
	size_t end = strlen(name), suffix = strlen(previous_suffix);
	int number = 1;

	if (end && name[end - 1] >= '2' && name[end - 1] <= '0' + PLACE_KEEP_MAX)
		number = name[--end] - '0';
	if (end <= suffix || strncmp(name + end - suffix, previous_suffix, suffix) != 0)
		return 0;
	*length = end - suffix;
	return number;
}

int placed_read(const struct place *place, const char *name, struct placed *placed,
		struct err *err)
{
	_cleanup_close_ int fd = -1;
	size_t length;
	struct err failed = ERR_INIT;
	int result;

	*placed = (struct placed){ .name = strdup(name),
				   .previous = place_previous_number(name, &length) };
	if (!placed->name)
		return err_sys(err, ENOMEM, "reading %s", place->dir);
	result = record_read(&placed->record, place->fd, name, &failed);
	if (result < 0)
		log_debug("%s", failed.text);
	placed->there = !faccessat(place->fd, name, F_OK, AT_SYMLINK_NOFOLLOW);
	if (result > 0 && placed->there) {
		fd = openat(place->fd, name, O_RDONLY | O_CLOEXEC);
		if (fd < 0 && errno == EACCES)
			fd = openat(place->fd, name, O_PATH | O_CLOEXEC);
		placed->whole = fd >= 0 && record_is_about(&placed->record, fd);
	}
	return 0;
}

void placed_release(struct placed *placed)
{
	free(placed->name);
	record_release(&placed->record);
	*placed = (struct placed){ .name = NULL };
}

static int placed_add(struct placed_list *list, const struct placed *placed,
		      struct err *err)
{
	struct placed *items = reallocarray(list->items, list->count + 1, sizeof(*items));

	if (!items)
		return err_sys(err, ENOMEM, "listing images");
	list->items = items;
	items[list->count++] = *placed;
	return 0;
}

static int list_one(const struct place *place, const char *file, struct placed_list *list,
		    struct err *err)
{
	size_t length = strlen(file), suffix = strlen(RECORD_SUFFIX);
	_cleanup_free_ char *name = NULL;
	struct placed placed;
	int result;

	if (length <= suffix || strcmp(file + length - suffix, RECORD_SUFFIX) != 0)
		return 0;
	name = strndup(file, length - suffix);
	if (!name)
		return err_sys(err, ENOMEM, "listing images");
	result = placed_read(place, name, &placed, err);
	if (!result && placed.record.json)
		result = placed_add(list, &placed, err);
	if (result || !placed.record.json)
		placed_release(&placed);
	return result;
}

int place_list(const struct place *place, struct placed_list *list, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = names_read(&names, place->fd, ".");

	if (result)
		return err_sys(err, -result, "listing %s", place->dir);
	for (size_t i = 0; !result && i < names.count; i++)
		result = list_one(place, names.items[i], list, err);
	return result;
}

void placed_list_release(struct placed_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		placed_release(&list->items[i]);
	free(list->items);
	*list = (struct placed_list)PLACED_LIST_INIT;
}
