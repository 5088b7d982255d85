/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h: how the host's root lies on its disks, as plain data, enough to make disks that
 * look the same to an initramfs: partition tables with their UUIDs, physical volumes with
 * theirs, the volume group's metadata as it is, the file system's type and UUID.
 *
 * Understood: a file system on a disk, on a partition (GPT, primary ones of a DOS table) or
 * on a linear or striped logical volume whose PVs are disks or such partitions.
 */
#ifndef BEDPLATE_MKINITRAMFS_LAYOUT_H
#define BEDPLATE_MKINITRAMFS_LAYOUT_H

#include <stdbool.h>

#include "lib/lvm_label.h"
#include "mkinitramfs/part_table.h"

struct layout_disk {
	char *dir; /* in sysfs; NULL for one that only the metadata knows */
	uint64_t sectors;
	struct part_table table;
};

struct layout_pv {
	char id[LVM_ID_LENGTH + 1];
	size_t disk;
	uint64_t offset, sectors; /* of its device, on the disk */
	uint64_t start;           /* first extent, on its device */
};

/* What a run of the file system's device lies on, by turns where there are several. */
struct layout_area {
	size_t disk;
	uint64_t offset; /* sectors, on the disk */
};

struct layout_run {
	uint64_t start, sectors; /* on the file system's device */
	uint64_t chunk;          /* sectors; 0 where there is one area */
	struct layout_area *areas;
	size_t area_count;
};

struct layout {
	struct layout_disk *disks;
	size_t disk_count;
	char *text; /* the volume group's metadata; NULL without LVM */
	size_t text_size;
	struct layout_pv *pvs;
	size_t pv_count;
	struct layout_run *runs;
	size_t run_count;
	uint64_t sectors; /* of the file system's device */
	char *fstype;
	char *uuid;   /* of the file system; NULL where nobody knows */
	char *volume; /* VG/LV; NULL without LVM */
};

#define LAYOUT_INIT           \
	{                     \
		.disks = NULL \
	}

/* Reads the layout of the root below root_fd (mountinfo, sysfs, and the disks themselves).
 * -ENOTSUP or -EOPNOTSUPP: a layout of another kind, with the reason. */
int layout_read(struct layout *layout, int root_fd, struct err *err);

/* Where a byte of the file system's device lies: the disk, the byte there, and how many
 * bytes from there on lie beside each other. False behind the end. */
bool layout_place(const struct layout *layout, uint64_t byte, size_t *disk,
		  uint64_t *offset, uint64_t *length);

/* Adds the runs of a device-mapper table (as lvm_vg_map() makes it, with the PVs' numbers as
 * minor numbers). */
int layout_add_table(struct layout *layout, const char *table, struct err *err);

void layout_release(struct layout *layout);
#define _cleanup_layout_ __attribute__((cleanup(layout_release)))

#endif
