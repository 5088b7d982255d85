/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guests.c: reads the guest files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/guests.h"

static const char folder[] = "etc/bedplate/guests";
static const char suffix[] = ".conf";

/* Hidden files are editors' and package managers' own. */
static bool is_guest_file(const char *name)
{
	size_t length = strlen(name), end = strlen(suffix);

	return name[0] != '.' && length > end && strcmp(name + length - end, suffix) == 0;
}

/* A guest's name becomes the name of folders, units and sockets. */
static int check_name(const char *name, struct err *err)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_.";

	if (strspn(name, letters) == strlen(name) && name[0] != '-')
		return 0;
	err_set(err, EINVAL,
		"%s/%s%s: \"%s\" is no name for a guest: letters, digits, - _ . are",
		folder, name, suffix, name);
	err_mistake(err);
	return -EINVAL;
}

/* A rule about a key that is missing has no line to name. */
static int guest_check(const struct conf *conf, const char *path, struct err *err)
{
	int result = conf_check(conf, err);

	if (result < 0 && err && strncmp(err->text, path, strlen(path)) != 0)
		err_wrap(err, "%s", path);
	return result;
}

static int guest_read(struct guest *guest, int root_fd, struct err *err)
{
	char path[sizeof(folder) + NAME_MAX + sizeof(suffix)];
	int result = check_name(guest->name, err);

	if (result)
		return result;
	guest->conf = conf_new(&guest_schema);
	if (!guest->conf)
		return err_sys(err, ENOMEM, "reading the guests");
	snprintf(path, sizeof(path), "%s/%s%s", folder, guest->name, suffix);
	result = conf_read_file(guest->conf, root_fd, path, err);
	if (result >= 0)
		result = guest_check(guest->conf, path, err);
	guest->data = conf_data(guest->conf);
	return result < 0 ? result : 0;
}

static int guest_add(struct guests *guests, const char *file, struct err *err)
{
	struct guest *items =
		reallocarray(guests->items, guests->count + 1, sizeof(*items));
	struct guest guest = { .name = strndup(file, strlen(file) - strlen(suffix)) };

	if (items)
		guests->items = items;
	if (!items || !guest.name) {
		free(guest.name);
		return err_sys(err, ENOMEM, "reading the guests");
	}
	items[guests->count++] = guest;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct guest *)a)->name, ((const struct guest *)b)->name);
}

static int guests_find(struct guests *guests, int root_fd, struct err *err)
{
	int fd = file_open(root_fd, folder, O_RDONLY | O_DIRECTORY, err);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int result = 0;

	if (fd < 0)
		return fd;
	if (!dir) {
		close(fd);
		return err_sys(err, ENOMEM, "reading %s", folder);
	}
	while (!result && (entry = readdir(dir))) {
		if (is_guest_file(entry->d_name))
			result = guest_add(guests, entry->d_name, err);
	}
	if (guests->count)
		qsort(guests->items, guests->count, sizeof(*guests->items), by_name);
	return result;
}

int guests_read(struct guests *guests, int root_fd, struct err *err)
{
	struct conf_errors errors;
	int result;

	*guests = (struct guests)GUESTS_INIT;
	if (!file_exists(root_fd, folder))
		return 0;
	result = guests_find(guests, root_fd, err);
	if (result)
		return result;
	conf_errors_init(&errors);
	for (size_t i = 0; i < guests->count; i++) {
		struct err why = ERR_INIT;

		if (guest_read(&guests->items[i], root_fd, &why))
			conf_errors_pass(&errors, &why);
	}
	return conf_errors_finish(&errors, err);
}

void guests_release(struct guests *guests)
{
	for (size_t i = 0; i < guests->count; i++) {
		free(guests->items[i].name);
		conf_free(guests->items[i].conf);
	}
	free(guests->items);
	*guests = (struct guests)GUESTS_INIT;
}
