/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout_read.c: observes how the host's root lies on its disks.
 *
 * How it works: the root's mount leads to a device in sysfs. What it is decides: a disk, a
 * partition, or a logical volume. Of a logical volume the metadata is read from the PVs
 * that it stands on; it names all PVs of the group with their sizes, so that those which
 * the root does not use are known as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/lvm_name.h"
#include "lib/lvm_vg.h"
#include "lib/names.h"
#include "mkinitramfs/chain_private.h"
#include "mkinitramfs/layout.h"
#include "mkinitramfs/plan.h"

enum { DISKS_MAX = 24 };

/* What a device of the host is on its disk. */
struct device {
	size_t disk;
	uint64_t offset, sectors;
};

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "reading the root's layout");
}

static bool has(int root_fd, const char *dir, const char *name)
{
	_cleanup_free_ char *path = format_text("%s/%s", dir, name);

	return path && file_exists(root_fd, path);
}

static int read_number(int root_fd, const char *dir, const char *name, uint64_t *value,
		       struct err *err)
{
	_cleanup_free_ char *path = format_text("%s/%s", dir, name);

	return path ? file_read_u64(root_fd, path, value, err) : no_memory(err);
}

/* Opens a device's node; the kernel writes '/' in names as '!' (cciss!c0d0). */
static int open_node(int root_fd, const char *dir, struct err *err)
{
	_cleanup_free_ char *path = format_text("dev/%s", strrchr(dir, '/') + 1);

	for (char *c = path; c && *c; c++)
		*c = *c == '!' ? '/' : *c;
	return path ? file_open_in_root(root_fd, path, O_RDONLY, err) : no_memory(err);
}

/* ---- disks and partitions ---- */

static int disk_new(struct layout *layout, const char *dir, uint64_t sectors,
		    struct err *err)
{
	struct layout_disk *more;

	if (layout->disk_count == DISKS_MAX)
		return err_set(err, ENOTSUP, "the root's group has more than %d disks",
			       DISKS_MAX);
	more = reallocarray(layout->disks, layout->disk_count + 1, sizeof(*more));
	if (!more)
		return no_memory(err);
	layout->disks = more;
	more += layout->disk_count;
	*more = (struct layout_disk){ .dir = dir ? strdup(dir) : NULL,
				      .sectors = sectors };
	layout->disk_count++;
	return !dir || more->dir ? 0 : no_memory(err);
}

/* The number of the disk whose folder in sysfs this is; its table is read where there is
 * one. */
static int disk_of(struct layout *layout, int root_fd, const char *dir, bool with_table,
		   struct err *err)
{
	_cleanup_close_ int fd = -1;
	uint64_t sectors;
	int result;

	for (size_t i = 0; i < layout->disk_count; i++)
		if (layout->disks[i].dir && !strcmp(layout->disks[i].dir, dir))
			return (int)i;
	result = read_number(root_fd, dir, "size", &sectors, err);
	if (!result)
		result = disk_new(layout, dir, sectors, err);
	if (!result && with_table) {
		fd = open_node(root_fd, dir, err);
		result =
			fd < 0 ? fd
			       : part_table_read(
					 fd, &layout->disks[layout->disk_count - 1].table,
					 err);
	}
	return result ? result : (int)layout->disk_count - 1;
}

static int read_partition(struct layout *layout, int root_fd, const char *dir,
			  struct device *device, struct err *err)
{
	_cleanup_free_ char *parent = strndup(dir, (size_t)(strrchr(dir, '/') - dir));
	const struct part *part;
	uint64_t number = 0;
	int disk = parent ? disk_of(layout, root_fd, parent, true, err) : no_memory(err);

	if (disk < 0)
		return disk;
	if (read_number(root_fd, dir, "partition", &number, err))
		return err->code;
	part = part_table_find(&layout->disks[disk].table, (unsigned)number);
	if (!part)
		return err_set(err, ENOTSUP, "%s is not in its disk's partition table",
			       strrchr(dir, '/') + 1);
	*device = (struct device){ (size_t)disk, part->start, part->sectors };
	return 0;
}

static int read_device(struct layout *layout, int root_fd, const char *dir,
		       struct device *device, struct err *err)
{
	int disk;

	if (has(root_fd, dir, "dm") || has(root_fd, dir, "md"))
		return err_set(err, ENOTSUP, "%s is no disk and no partition",
			       strrchr(dir, '/') + 1);
	if (has(root_fd, dir, "partition"))
		return read_partition(layout, root_fd, dir, device, err);
	disk = disk_of(layout, root_fd, dir, false, err);
	if (disk < 0)
		return disk;
	*device = (struct device){ (size_t)disk, 0, layout->disks[disk].sectors };
	return 0;
}

/* ---- logical volumes ---- */

/* A device that the root's volume stands on. */
struct slave {
	char *dir;
	struct lvm_label label;
};

struct slaves {
	struct slave *items;
	size_t count;
};

static void slaves_release(struct slaves *slaves)
{
	for (size_t i = 0; i < slaves->count; i++) {
		free(slaves->items[i].dir);
		lvm_label_release(&slaves->items[i].label);
	}
	free(slaves->items);
}

static int slave_read(struct slave *slave, int root_fd, const char *link, struct err *err)
{
	_cleanup_close_ int fd = -1;
	int result;

	slave->dir = sysfs_link(root_fd, link, err);
	if (!slave->dir)
		return err ? err->code : -ENOENT;
	/* A volume that stands on hidden volumes has no label to be read here. */
	if (has(root_fd, slave->dir, "dm") || has(root_fd, slave->dir, "md"))
		return err_set(
			err, EOPNOTSUPP,
			"it is neither linear nor striped on disks and partitions");
	fd = open_node(root_fd, slave->dir, err);
	result = fd < 0 ? fd : lvm_label_read(fd, &slave->label, err);
	return result ? err_wrap(err, "%s", strrchr(slave->dir, '/') + 1) : 0;
}

static int slaves_read(struct slaves *slaves, int root_fd, const char *dir,
		       struct err *err)
{
	_cleanup_free_ char *folder = format_text("%s/slaves", dir);
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = folder && !names_read(&names, root_fd, folder) ? 0 : no_memory(err);

	slaves->items = calloc(names.count + 1, sizeof(*slaves->items));
	if (!slaves->items)
		return no_memory(err);
	for (size_t i = 0; !result && i < names.count; i++) {
		_cleanup_free_ char *link = format_text("%s/%s", folder, names.items[i]);

		slaves->count++;
		result = link ? slave_read(&slaves->items[i], root_fd, link, err)
			      : no_memory(err);
	}
	return result;
}

/* The metadata is in every area, in some only where areas were switched off. */
static int take_text(struct layout *layout, const struct slaves *slaves, struct err *err)
{
	for (size_t i = 0; i < slaves->count; i++) {
		const struct lvm_label *label = &slaves->items[i].label;

		if (!label->copy_count)
			continue;
		layout->text_size = label->copies[0].size;
		layout->text = malloc(layout->text_size + 1);
		if (!layout->text)
			return no_memory(err);
		memcpy(layout->text, label->copies[0].text, layout->text_size + 1);
		return 0;
	}
	return err_set(err, ENOTSUP,
		       "no PV that the root stands on has metadata of its group");
}

/* One PV of the group: on the device that has it, or on a disk of its own. */
static int add_pv(struct layout *layout, int root_fd, const struct lvm_vg_pv *pv,
		  const struct slaves *slaves, struct err *err)
{
	struct layout_pv *own = &layout->pvs[layout->pv_count];
	struct device device = { .offset = 0, .sectors = pv->device_sectors };
	size_t i = 0;
	int result;

	while (i < slaves->count && strcmp(slaves->items[i].label.pv_id, pv->id) != 0)
		i++;
	if (!device.sectors)
		device.sectors = pv->start + pv->extents;
	device.disk = layout->disk_count;
	result = i < slaves->count ? read_device(layout, root_fd, slaves->items[i].dir,
						 &device, err)
				   : disk_new(layout, NULL, device.sectors, err);
	if (result)
		return result;
	memcpy(own->id, pv->id, sizeof(own->id));
	own->disk = device.disk;
	own->offset = device.offset;
	own->sectors = device.sectors;
	own->start = pv->start;
	layout->pv_count++;
	return 0;
}

/* The volume's table, with each PV's number for a device number. */
static int map_volume(struct layout *layout, struct lvm_vg *vg, const char *volume,
		      struct err *err)
{
	_cleanup_lvm_mapping_ struct lvm_mapping mapping;
	int result;

	lvm_mapping_init(&mapping);
	for (size_t i = 0; i < vg->pv_count; i++)
		vg->pvs[i].devno = makedev(1, i);
	result = lvm_vg_map(vg, volume, &mapping, err);
	return result ? result : layout_add_table(layout, mapping.table.text, err);
}

static int read_group(struct layout *layout, int root_fd, const struct slaves *slaves,
		      struct err *err)
{
	_cleanup_free_ char *text = NULL;
	const char *volume = strchr(layout->volume, '/') + 1;
	struct lvm_vg vg;
	int result = take_text(layout, slaves, err);

	if (result)
		return result;
	text = malloc(layout->text_size + 1);
	if (!text)
		return no_memory(err);
	memcpy(text, layout->text, layout->text_size + 1);
	result = lvm_vg_parse(&vg, text, err);
	if (result)
		return result;
	layout->pvs = calloc(vg.pv_count + 1, sizeof(*layout->pvs));
	if (!layout->pvs)
		result = no_memory(err);
	for (size_t i = 0; !result && i < vg.pv_count; i++)
		result = add_pv(layout, root_fd, &vg.pvs[i], slaves, err);
	if (!result)
		result = map_volume(layout, &vg, volume, err);
	lvm_vg_release(&vg);
	return result;
}

static int read_volume(struct layout *layout, int root_fd, const char *dir,
		       struct err *err)
{
	_cleanup_free_ char *name = sysfs_attribute(root_fd, dir, "dm/name");
	_cleanup_free_ char *uuid = sysfs_attribute(root_fd, dir, "dm/uuid");
	__attribute__((cleanup(slaves_release))) struct slaves slaves = { .items = NULL };
	int result;

	if (!name || !uuid || strncmp(uuid, "LVM-", 4) != 0)
		return err_set(err, ENOTSUP,
			       "%s is a mapped device, but no logical volume",
			       name ? name : dir);
	layout->volume = lvm_volume_name(name);
	if (!layout->volume)
		return err_set(err, ENOTSUP, "%s is no name of a logical volume", name);
	result = slaves_read(&slaves, root_fd, dir, err);
	if (!result)
		result = read_group(layout, root_fd, &slaves, err);
	return result ? err_wrap(err, "volume %s", layout->volume) : 0;
}

/* ---- the root ---- */

static int add_whole(struct layout *layout, const struct device *device, struct err *err)
{
	layout->runs = calloc(1, sizeof(*layout->runs));
	if (!layout->runs)
		return no_memory(err);
	layout->run_count = 1;
	layout->runs[0].areas = calloc(1, sizeof(*layout->runs[0].areas));
	if (!layout->runs[0].areas)
		return no_memory(err);
	layout->runs[0].area_count = 1;
	layout->runs[0].areas[0] = (struct layout_area){ device->disk, device->offset };
	layout->runs[0].sectors = layout->sectors = device->sectors;
	return 0;
}

/* Files of a btrfs on several devices would need all of them filled. */
static int check_btrfs(int root_fd, const char *dir, struct err *err)
{
	_cleanup_names_ struct names uuids = NAMES_INIT;
	const char *name = strrchr(dir, '/') + 1;

	if (names_read(&uuids, root_fd, "sys/fs/btrfs"))
		return no_memory(err);
	for (size_t i = 0; i < uuids.count; i++) {
		_cleanup_free_ char *folder =
			format_text("sys/fs/btrfs/%s/devices", uuids.items[i]);
		_cleanup_names_ struct names devices = NAMES_INIT;

		if (!folder || !has(root_fd, folder, name) ||
		    names_read(&devices, root_fd, folder) || devices.count < 2)
			continue;
		return err_set(err, ENOTSUP, "the root is a btrfs on %zu devices",
			       devices.count);
	}
	return 0;
}

static int read_mount(struct layout *layout, int root_fd, const struct mount *mount,
		      struct err *err)
{
	_cleanup_free_ char *dir = chain_mount_device(root_fd, mount, err);
	struct device device;
	int result;

	if (!dir)
		return err->code;
	layout->fstype = strdup(mount->fstype);
	if (!layout->fstype)
		return no_memory(err);
	layout->uuid = chain_device_uuid(root_fd, dir);
	result = !strcmp(mount->fstype, "btrfs") ? check_btrfs(root_fd, dir, err) : 0;
	if (result)
		return result;
	if (has(root_fd, dir, "dm"))
		return read_volume(layout, root_fd, dir, err);
	result = read_device(layout, root_fd, dir, &device, err);
	return result ? result : add_whole(layout, &device, err);
}

int layout_read(struct layout *layout, int root_fd, struct err *err)
{
	_cleanup_mount_ struct mount root = { .point = NULL };
	_cleanup_strbuf_ struct strbuf mountinfo;
	int result;

	*layout = (struct layout)LAYOUT_INIT;
	strbuf_init(&mountinfo, 0);
	result = mount_read_root(&root, root_fd, &mountinfo, err);
	return result ? result : read_mount(layout, root_fd, &root, err);
}
