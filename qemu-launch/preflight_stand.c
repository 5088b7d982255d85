/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * preflight_stand.c: the block devices that the host itself stands on: those that are mounted or
 * swapped to, and those that they are made of, by sysfs's "slaves" (kernel
 * Documentation/ABI/testing/sysfs-block).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "lib/file.h"
#include "lib/names.h"
#include "qemu-launch/preflight.h"

enum { DEPTH_MAX = 8 };

static bool is_known(const struct preflight_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->stand_count; i++)
		if (!strcmp(facts->stands[i].name, name))
			return true;
	return false;
}

static int add(struct preflight_facts *facts, int machine_fd, const char *name,
	       const char *what, unsigned depth)
{
	_cleanup_names_ struct names slaves = NAMES_INIT;
	struct preflight_stand *stands, *stand;
	char path[320];
	int result = 0;

	if (depth == DEPTH_MAX || is_known(facts, name))
		return 0;
	stands = reallocarray(facts->stands, facts->stand_count + 1, sizeof(*stands));
	if (!stands)
		return -ENOMEM;
	facts->stands = stands;
	stand = &stands[facts->stand_count++];
	snprintf(stand->name, sizeof(stand->name), "%s", name);
	snprintf(stand->what, sizeof(stand->what), "%s", what);
	snprintf(path, sizeof(path), "sys/class/block/%.63s", name);
	if (file_read_link(machine_fd, path, stand->path, sizeof(stand->path), NULL) < 0)
		*stand->path = '\0';
	snprintf(path, sizeof(path), "sys/class/block/%.63s/slaves", name);
	if (names_read(&slaves, machine_fd, path))
		return 0;
	for (size_t i = 0; !result && i < slaves.count; i++)
		result = add(facts, machine_fd, slaves.items[i], what, depth + 1);
	return result;
}

void preflight_node_name(int machine_fd, uint64_t device, char name[PREFLIGHT_NODE])
{
	char path[64], target[256];
	const char *slash;

	snprintf(path, sizeof(path), "sys/dev/block/%u:%u", major(device), minor(device));
	if (file_read_link(machine_fd, path, target, sizeof(target), NULL) < 0)
		target[0] = '\0';
	slash = strrchr(target, '/');
	snprintf(name, PREFLIGHT_NODE, "%.63s", slash ? slash + 1 : target);
}

int preflight_add_stand(struct preflight_facts *facts, int machine_fd, uint64_t device,
			const char *what)
{
	char name[PREFLIGHT_NODE];

	preflight_node_name(machine_fd, device, name);
	return *name ? add(facts, machine_fd, name, what, 0) : 0;
}

const struct preflight_stand *preflight_find_stand(const struct preflight_facts *facts,
						   const char *folder)
{
	char part[96];

	snprintf(part, sizeof(part), "/%.90s/", folder);
	for (size_t i = 0; *folder && i < facts->stand_count; i++)
		if (strstr(facts->stands[i].path, part))
			return &facts->stands[i];
	return NULL;
}
