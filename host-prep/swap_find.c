/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * swap_find.c: finds a device by what it is called.
 *
 * udev's links below dev/disk are looked at first; without them, every block device is
 * probed for swap space of this label or UUID.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/swap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/names.h"

static const struct tag {
	const char *prefix, *folder;
	bool is_label, is_uuid; /* of what a device holds, which probing tells */
} tags[] = {
	{ "UUID=", "dev/disk/by-uuid/", false, true },
	{ "LABEL=", "dev/disk/by-label/", true, false },
	{ "PARTUUID=", "dev/disk/by-partuuid/", false, false },
	{ "PARTLABEL=", "dev/disk/by-partlabel/", false, false },
};

/* What an open descriptor is called. */
static int name_of_fd(int fd, char name[PATH_MAX], struct err *err)
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, name, PATH_MAX - 1);
	if (length < 0)
		return err_sys(err, errno, "reading %s", link);
	name[length] = '\0';
	return 0;
}

int swap_real_path(int root_fd, const char *path, char real[PATH_MAX], struct err *err)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, path, O_PATH, err);
	char root[PATH_MAX];
	int result = fd < 0 ? fd : name_of_fd(root_fd, root, err);
	size_t length;

	if (!result)
		result = name_of_fd(fd, real, err);
	if (result)
		return result;
	length = strlen(root);
	if (strcmp(root, "/") != 0 && !strncmp(real, root, length))
		memmove(real, real + length, strlen(real + length) + 1);
	return 0;
}

int swap_new_path(int root_fd, const char *path, char real[PATH_MAX], struct err *err)
{
	const char *name = strrchr(path, '/') + 1;
	_cleanup_free_ char *folder = strndup(path, (size_t)(name - path));
	int result = folder ? swap_real_path(root_fd, folder, real, err)
			    : err_sys(err, ENOMEM, "looking for %s", path);
	size_t length = result ? 0 : strlen(real);

	if (result)
		return result;
	if (length && real[length - 1] == '/')
		length--;
	if (length + 1 + strlen(name) >= PATH_MAX)
		return err_sys(err, ENAMETOOLONG, "%s", path);
	real[length] = '/';
	strcpy(real + length + 1, name);
	return 0;
}

/* udev writes what is not common in a label as \xNN (libudev, udev_device_replace_chars). */
static void add_encoded(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char letter = (unsigned char)*text;

		if (letter >= 0x80 || strchr("#+-.:=@_", letter) ||
		    (letter >= '0' && letter <= '9') ||
		    ((letter | 0x20) >= 'a' && (letter | 0x20) <= 'z'))
			strbuf_addc(out, *text);
		else
			strbuf_addf(out, "\\x%02x", letter);
	}
}

/* Those that claim a link of udev's, as their numbers with "b" in front: names in a folder that is
 * called as the link's path below dev, '/' and '\' as \xNN, of older versions with the slash in
 * front of it (systemd src/udev/udev-node.c). */
static int read_claims(int root_fd, const char *link, struct names *claims)
{
	static const char *const starts[] = { "run/udev/links/\\x2f", "run/udev/links/" };
	int result = 0;

	for (size_t i = 0; !result && !claims->count && i < ARRAY_SIZE(starts); i++) {
		_cleanup_strbuf_ struct strbuf path;

		strbuf_init(&path, 0);
		strbuf_adds(&path, starts[i]);
		for (const char *at = link; *at; at++)
			if (*at == '/' || *at == '\\')
				strbuf_addf(&path, "\\x%02x", (unsigned char)*at);
			else
				strbuf_addc(&path, *at);
		result = names_read(claims, root_fd, path.text);
	}
	return result;
}

/* The device of a claim; false where it is not there any more. */
static bool name_of_claim(int root_fd, const char *claim, char name[64])
{
	char path[64], target[512];
	const char *slash;

	snprintf(path, sizeof(path), "sys/dev/block/%.32s", claim + 1);
	if (*claim != 'b' ||
	    file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		return false;
	slash = strrchr(target, '/');
	snprintf(name, 64, "%.63s", slash ? slash + 1 : target);
	return true;
}

/* udev gives the link to one of several that claim it. */
static int check_claims(int root_fd, const char *link, const char *spec, struct err *err)
{
	_cleanup_names_ struct names claims = NAMES_INIT;
	char first[64] = "", name[64];

	if (read_claims(root_fd, link + strlen("dev/"), &claims))
		return err_sys(err, ENOMEM, "looking for %s", spec);
	for (size_t i = 0; i < claims.count; i++) {
		if (!name_of_claim(root_fd, claims.items[i], name))
			continue;
		if (*first)
			return err_set(err, ENOTUNIQ, "both %s and %s have %s", first,
				       name, spec);
		strcpy(first, name);
	}
	return 0;
}

static bool has_tag(int root_fd, const char *name, const struct tag *tag,
		    const char *value)
{
	_cleanup_free_ char *path = format_text("dev/%s", name);
	_cleanup_close_ int fd =
		path ? file_open(root_fd, path, O_RDONLY | O_NONBLOCK, NULL) : -1;
	struct swap_probe probe;

	if (fd < 0 || swap_probe(&probe, fd, name, NULL) || probe.content != SWAP_SPACE)
		return false;
	return !strcmp(tag->is_uuid ? probe.uuid : probe.label, value);
}

/* Of two with one label or UUID (a copy of a disk), none is meant. */
static int find_by_probing(int root_fd, const struct tag *tag, const char *value,
			   char path[PATH_MAX], struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	const char *found = NULL;

	if (names_read(&names, root_fd, "sys/class/block"))
		return err_sys(err, ENOMEM, "looking for %s%s", tag->prefix, value);
	for (size_t i = 0; i < names.count; i++) {
		if (!has_tag(root_fd, names.items[i], tag, value))
			continue;
		if (found)
			return err_set(err, ENOTUNIQ, "both %s and %s have %s%s", found,
				       names.items[i], tag->prefix, value);
		found = names.items[i];
	}
	if (!found)
		return err_set(err, ENODEV, "no device has %s%s", tag->prefix, value);
	snprintf(path, PATH_MAX, "/dev/%.255s", found);
	return 0;
}

int swap_find_device(int root_fd, const char *spec, char path[PATH_MAX], struct err *err)
{
	const struct tag *tag = tags, *end = tags + ARRAY_SIZE(tags);
	_cleanup_strbuf_ struct strbuf link;
	const char *value;

	strbuf_init(&link, 0);
	while (tag < end && strncmp(spec, tag->prefix, strlen(tag->prefix)) != 0)
		tag++;
	if (tag == end) {
		if (swap_real_path(root_fd, spec, path, NULL) == 0)
			return 0;
		return err_set(err, ENODEV, "there is no %s", spec);
	}
	value = spec + strlen(tag->prefix);
	strbuf_adds(&link, tag->folder);
	add_encoded(&link, value);
	if (swap_real_path(root_fd, link.text, path, NULL) == 0)
		return check_claims(root_fd, link.text, spec, err);
	if (tag->is_label || tag->is_uuid)
		return find_by_probing(root_fd, tag, value, path, err);
	return err_set(err, ENODEV, "no device has %s", spec);
}
