/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_native.c: from physical volumes to a mapped volume, without lvm. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "init/dm.h"
#include "init/lvm_native.h"
#include "init/lvm_seen.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* What is not in a group that is there as a whole will not come. */
static int volume_absent(const struct lvm_vg *vg, const char *volume, struct err *err)
{
	const char *nearest = lvm_vg_nearest(vg, volume);

	if (!lvm_vg_is_complete(vg))
		return err_set(err, ENXIO,
			       "volume group %s is not there as a whole, and knows no "
			       "volume %s",
			       vg->name, volume);
	if (nearest)
		return err_set(err, ENOENT,
			       "volume group %s has no volume %s; the nearest is %s",
			       vg->name, volume, nearest);
	return err_set(err, ENOENT, "volume group %s has no volume %s", vg->name, volume);
}

int lvm_native_plan(struct devices *devices, const char *group, const char *volume,
		    struct lvm_mapping *mapping, struct err *err)
{
	_cleanup_seen_ struct seen_pvs seen = { .count = 0 };
	__attribute__((cleanup(lvm_vg_release))) struct lvm_vg vg = { .name = NULL };
	_cleanup_free_ char *text = NULL;
	int result = seen_read(&seen, devices, err);

	if (!result)
		result = seen_group(&seen, group, &vg, &text, err);
	if (!result)
		result = lvm_vg_map(&vg, volume, mapping, err);
	return result == -ENOENT ? volume_absent(&vg, volume, err) : result;
}

/* A volume that was given a read-ahead of its own; without it the system is slower, not
 * broken. */
static void set_read_ahead(int root_fd, dev_t devno, int64_t sectors)
{
	char path[64], text[24];

	snprintf(path, sizeof(path), "sys/dev/block/%u:%u/queue/read_ahead_kb",
		 major(devno), minor(devno));
	snprintf(text, sizeof(text), "%lld", (long long)sectors / 2);
	file_write(root_fd, path, text, NULL);
}

int lvm_native_apply(int root_fd, const struct lvm_mapping *mapping, struct err *err)
{
	_cleanup_close_ int dm_fd = dm_open(err);
	dev_t devno;
	int result;

	if (dm_fd < 0)
		return dm_fd;
	result = dm_create(dm_fd, mapping->name, mapping->uuid, mapping->table.text,
			   mapping->read_only, &devno, err);
	if (!result && mapping->read_ahead != LVM_READ_AHEAD_AUTO)
		set_read_ahead(root_fd, devno, mapping->read_ahead);
	return result;
}

void lvm_native_undo(const struct lvm_mapping *mapping)
{
	_cleanup_close_ int dm_fd = dm_open(NULL);

	if (dm_fd >= 0)
		dm_remove(dm_fd, mapping->name);
}

int lvm_native_activate(struct devices *devices, const char *group, const char *volume,
			struct err *err)
{
	_cleanup_lvm_mapping_ struct lvm_mapping mapping;
	int result;

	lvm_mapping_init(&mapping);
	result = lvm_native_plan(devices, group, volume, &mapping, err);
	return result ? result : lvm_native_apply(devices->root_fd, &mapping, err);
}
