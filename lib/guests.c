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
#include "lib/text_match.h"

static const char folder[] = "etc/bedplate/guests";
static const char suffix[] = ".conf";

/* Hidden files are editors' and package managers' own. */
static bool is_guest_file(const char *name)
{
	return name[0] != '.' && text_ends_in(name, suffix);
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
	err_hint(err, "rename the file");
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

static int guest_read(struct guest *guest, int root_fd, bool keeps_good, struct err *err)
{
	char path[sizeof(folder) + NAME_MAX + sizeof(suffix)];
	int result = check_name(guest->name, err);

	if (result)
		return result;
	guest->conf = conf_new(&guest_schema);
	if (!guest->conf)
		return err_sys(err, ENOMEM, "reading the guests");
	if (keeps_good)
		conf_keep_good(guest->conf);
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

int guests_read_each(struct guests *guests, int root_fd, struct err *err)
{
	size_t good = 0;
	int result;

	*guests = (struct guests)GUESTS_INIT;
	result = file_exists(root_fd, folder) ? guests_find(guests, root_fd, err) : 0;
	if (result || !guests->count)
		return result;
	guests->wrong = calloc(guests->count, sizeof(*guests->wrong));
	if (!guests->wrong)
		return err_sys(err, ENOMEM, "reading the guests");
	for (size_t i = 0; i < guests->count; i++) {
		struct err why = ERR_INIT;
		int bad = guest_read(&guests->items[i], root_fd, true, &why);

		if (bad)
			guests->wrong[guests->wrong_count++] =
				(struct guest_wrong){ .guest = guests->items[i],
						      .why = why };
		else
			guests->items[good++] = guests->items[i];
	}
	guests->count = good;
	return 0;
}

void guests_keep_wrong(struct guests *guests)
{
	size_t left = 0;

	/* There is room: they stood there when they were found. */
	for (size_t i = 0; i < guests->wrong_count; i++) {
		if (guests->wrong[i].guest.data)
			guests->items[guests->count++] = guests->wrong[i].guest;
		else
			guests->wrong[left++] = guests->wrong[i];
	}
	guests->wrong_count = left;
	if (guests->count)
		qsort(guests->items, guests->count, sizeof(*guests->items), by_name);
}

int guests_add_gone(struct guests *guests, const char *name, struct err *err)
{
	struct guest_wrong *wrong =
		reallocarray(guests->wrong, guests->wrong_count + 1, sizeof(*wrong));
	struct guest *items =
		wrong ? reallocarray(guests->items,
				     guests->count + guests->wrong_count + 1,
				     sizeof(*items))
		      : NULL;
	struct guest guest = { .name = NULL };

	if (wrong)
		guests->wrong = wrong;
	if (!items)
		return err_sys(err, ENOMEM, "reading the guests");
	guests->items = items;
	guest.name = strdup(name);
	guest.conf = conf_new(&guest_schema);
	wrong[guests->wrong_count++] = (struct guest_wrong){ .guest = guest };
	if (!guest.name || !guest.conf)
		return err_sys(err, ENOMEM, "reading the guests");
	wrong[guests->wrong_count - 1].guest.data = conf_data(guest.conf);
	err_set(&wrong[guests->wrong_count - 1].why, ENOENT, "%s/%s%s is gone", folder,
		name, suffix);
	return 0;
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

		if (guest_read(&guests->items[i], root_fd, false, &why))
			conf_errors_pass(&errors, &why);
	}
	return conf_errors_finish(&errors, err);
}

static void release(struct guest *guest)
{
	free(guest->name);
	conf_free(guest->conf);
	*guest = (struct guest){ .name = NULL };
}

const struct guest *guests_keep(struct guests *guests, const struct guest *guest)
{
	const struct guest kept = *guest;

	for (size_t i = 0; i < guests->count; i++)
		if (&guests->items[i] != guest)
			release(&guests->items[i]);
	for (size_t i = 0; i < guests->wrong_count; i++)
		if (&guests->wrong[i].guest != guest)
			release(&guests->wrong[i].guest);
	free(guests->wrong);
	guests->wrong = NULL;
	guests->wrong_count = 0;
	/* There is room: it stood there when it was found, right or wrong. */
	guests->items[0] = kept;
	guests->count = 1;
	return guests->items;
}

void guests_release(struct guests *guests)
{
	for (size_t i = 0; i < guests->count; i++)
		release(&guests->items[i]);
	for (size_t i = 0; i < guests->wrong_count; i++)
		release(&guests->wrong[i].guest);
	free(guests->wrong);
	free(guests->items);
	*guests = (struct guests)GUESTS_INIT;
}
