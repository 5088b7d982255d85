/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine_root.c: what the root file system stands on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/machine.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/lvm_name.h"
#include "lib/mounts.h"

enum { DEPTH_MAX = 16, LINK_SIZE = 1024 };

/* By what their UUIDs begin with; the rest are mapped devices of another kind. */
static const struct {
	const char *uuid, *kind;
} mapped[] = {
	{ "LVM-", "logical volume" },     { "CRYPT-", "encrypted device" },
	{ "mpath-", "multipath device" }, { "part", "partition" },
	{ "", "mapped device" },
};

static bool has(int root_fd, const char *name, const char *what)
{
	char path[MACHINE_TEXT];

	snprintf(path, sizeof(path), "sys/class/block/%.64s/%s", name, what);
	return file_exists(root_fd, path);
}

static void read_attribute(int root_fd, const char *name, const char *what, char *line,
			   size_t size)
{
	char path[MACHINE_TEXT];

	snprintf(path, sizeof(path), "sys/class/block/%.64s/%s", name, what);
	if (file_read_line(root_fd, path, line, size, NULL) < 0)
		*line = '\0';
}

static void judge_layer(struct machine_layer *layer, int root_fd)
{
	char uuid[MACHINE_TEXT];

	layer->kind = "disk";
	if (has(root_fd, layer->name, "partition"))
		layer->kind = "partition";
	if (has(root_fd, layer->name, "md"))
		layer->kind = "RAID";
	if (!has(root_fd, layer->name, "dm"))
		return;
	read_attribute(root_fd, layer->name, "dm/name", layer->title,
		       sizeof(layer->title));
	read_attribute(root_fd, layer->name, "dm/uuid", uuid, sizeof(uuid));
	for (size_t i = 0; i < ARRAY_SIZE(mapped); i++)
		if (!strncmp(uuid, mapped[i].uuid, strlen(mapped[i].uuid))) {
			layer->kind = mapped[i].kind;
			break;
		}
}

/* The last name of a link's target, or the last but one. False where there is none. */
static bool link_name(int root_fd, const char *path, bool last_but_one, char *name)
{
	char target[LINK_SIZE];
	char *slash;

	if (file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		return false;
	slash = strrchr(target, '/');
	if (slash && last_but_one) {
		*slash = '\0';
		slash = strrchr(target, '/');
	}
	return snprintf(name, MACHINE_NAME, "%s", slash ? slash + 1 : target) <
	       MACHINE_NAME;
}

static bool is_known(const struct machine_root *root, const char *name)
{
	for (size_t i = 0; i < root->layer_count; i++)
		if (!strcmp(root->layers[i].name, name))
			return true;
	return false;
}

/* Adds a device and, layer by layer, what it stands on. */
static int add_device(struct machine_root *root, int root_fd, const char *name, int depth)
{
	_cleanup_names_ struct names slaves = NAMES_INIT;
	struct machine_layer *layer;
	char path[MACHINE_TEXT], disk[MACHINE_NAME];
	int result = 0;

	if (depth > DEPTH_MAX || is_known(root, name))
		return 0;
	layer = machine_more(&root->layers, &root->layer_count, sizeof(*layer));
	if (!layer)
		return -ENOMEM;
	snprintf(layer->name, sizeof(layer->name), "%s", name);
	judge_layer(layer, root_fd);
	snprintf(path, sizeof(path), "sys/class/block/%.64s", name);
	if (has(root_fd, name, "partition") && link_name(root_fd, path, true, disk))
		return add_device(root, root_fd, disk, depth + 1);
	snprintf(path, sizeof(path), "sys/class/block/%.64s/slaves", name);
	names_read(&slaves, root_fd, path);
	for (size_t i = 0; i < slaves.count && !result; i++)
		result = add_device(root, root_fd, slaves.items[i], depth + 1);
	return result;
}

static void name_volume(struct machine_root *root)
{
	for (size_t i = 0; i < root->layer_count; i++) {
		_cleanup_free_ char *name = NULL;
		char *slash;

		if (strcmp(root->layers[i].kind, "logical volume") != 0)
			continue;
		name = lvm_volume_name(root->layers[i].title);
		slash = name ? strchr(name, '/') : NULL;
		if (!slash)
			continue;
		*slash = '\0';
		snprintf(root->group, sizeof(root->group), "%s", name);
		snprintf(root->volume, sizeof(root->volume), "%s", slash + 1);
		return;
	}
}

int machine_read_root(struct machine_root *root, int root_fd, struct err *err)
{
	_cleanup_mount_ struct mount mount = { .major = 0 };
	_cleanup_strbuf_ struct strbuf text;
	char path[MACHINE_TEXT], name[MACHINE_NAME];
	const char *slash;

	strbuf_init(&text, 0);
	if (mount_read_root(&mount, root_fd, &text, NULL))
		return 0;
	snprintf(root->source, sizeof(root->source), "%s", mount.source);
	snprintf(root->fstype, sizeof(root->fstype), "%s", mount.fstype);
	slash = strrchr(mount.source, '/');
	/* btrfs has numbers of its own; /dev/mapper/NAME is a link to the node. */
	snprintf(path, sizeof(path), "sys/dev/block/%u:%u", mount.major, mount.minor);
	if (!mount.major)
		snprintf(path, sizeof(path), "%.200s", mount.source);
	if (strncmp(mount.source, "/dev/", 5) != 0)
		return 0;
	if (!link_name(root_fd, path, false, name))
		snprintf(name, sizeof(name), "%.63s", slash + 1);
	if (!has(root_fd, name, "dev"))
		return 0;
	if (add_device(root, root_fd, name, 0))
		return err_sys(err, ENOMEM, "reading what the root stands on");
	name_volume(root);
	return 0;
}
