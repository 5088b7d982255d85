/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_target.c: what a command about disks works on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/nearest.h"
#include "qemu-launch/disk_chain.h"
#include "qemu-launch/disk_image.h"
#include "qemu-launch/disk_target.h"

bool disk_is_file(const char *word)
{
	return strchr(word, '/') != NULL;
}

static bool is_number(const char *word, size_t number)
{
	char *end;
	unsigned long value;

	if (!strncmp(word, "disk", 4))
		word += 4;
	if (*word < '0' || *word > '9')
		return false;
	value = strtoul(word, &end, 10);
	return !*end && value == number;
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* In this order: a disk with the serial number "1" is not the one with the number 1. */
static bool is_called(const struct guest_disk *disk, size_t index, const char *word,
		      unsigned way)
{
	switch (way) {
	case 0:
		return is_number(word, index);
	case 1:
		return *disk->serial && !strcmp(disk->serial, word);
	case 2:
		return !strcmp(disk->path, word);
	default:
		return !strcmp(file_name(disk->path), word);
	}
}

static int refuse(const struct guest *guest, const char *word, struct err *err)
{
	struct nearest near = { .word = word };

	for (size_t i = 0; i < guest->data->disk.count; i++) {
		nearest_offer(&near, guest->data->disk.items[i].serial);
		nearest_offer(&near, file_name(guest->data->disk.items[i].path));
	}
	err_set(err, ENOENT, "%s has no disk %.80s", guest->name, word);
	if (near.best && *near.best)
		return err_hint(err, "did you mean %s?", near.best);
	return err_hint(err,
			"a disk is called by its number (0 is the first), its serial "
			"number or its file");
}

const struct guest_disk *disk_find(const struct guest *guest, const char *word,
				   size_t *index, struct err *err)
{
	size_t count = guest->data->disk.count;

	if (!word && count != 1) {
		err_set(err, EINVAL, "%s has %zu disks: which?", guest->name, count);
		return NULL;
	}
	for (unsigned way = 0; word && way < 4; way++)
		for (size_t i = 0; i < count; i++)
			if (is_called(&guest->data->disk.items[i], i, word, way)) {
				*index = i;
				return &guest->data->disk.items[i];
			}
	if (word) {
		refuse(guest, word, err);
		return NULL;
	}
	*index = 0;
	return &guest->data->disk.items[0];
}

void disk_target_set(struct disk_target *target, const struct guest *guest, size_t index,
		     const json_t *chains)
{
	const struct guest_disk *disk = &guest->data->disk.items[index];
	const json_t *chain = disk_chain_find(chains, disk->path);
	bool over = chain && disk_chain_count(chain);

	*target = (struct disk_target){ .guest = guest, .disk = disk, .index = index };
	snprintf(target->path, sizeof(target->path), "%s",
		 over ? disk_chain_current(chain) : disk->path);
	target->format = over ? "qcow2" : disk_image_format(disk);
}

int disk_target_file(struct disk_target *target, const char *path, const char *format,
		     struct err *err)
{
	static char nothing[] = "";
	struct guest_disk disk = { .backing = nothing };

	*target = (struct disk_target){ .format = format };
	if ((size_t)snprintf(target->path, sizeof(target->path), "%s", path) >=
	    sizeof(target->path))
		return err_set(err, ENAMETOOLONG, "%.80s...", path);
	disk.path = target->path;
	if (!format)
		target->format = disk_image_format(&disk);
	return 0;
}
