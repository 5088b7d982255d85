/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lvm_format.h: how a physical volume begins on disk, for its reader and its writer.
 *
 * Source: lvm2's lib/label/label.h and lib/format_text/layout.h. All numbers are
 * little-endian.
 */
#ifndef BEDPLATE_LIB_LVM_FORMAT_H
#define BEDPLATE_LIB_LVM_FORMAT_H

#include <stdint.h>

#include "lib/lvm_label.h"

enum {
	LVM_SECTOR = 512,
	LVM_LABEL_SECTORS = 4, /* the label may be in any of the first four */
	LVM_AREA_HEADER = 512,
	LVM_AREA_VERSION = 1,
	LVM_TEXT_MAX = 16 << 20,
	LVM_COPY_IGNORED =
		1 << 0, /* lvm_disk_text flag: the area is switched off (pvchange
				      --metadataignore) */
	LVM_EXTENSION_VERSION = 2,
	LVM_EXTENSION_USED = 1 << 0, /* the volume belongs to a group */
};

#define LVM_LABEL_ID   "LABELONE"
#define LVM_LABEL_TYPE "LVM2 001"
#define LVM_AREA_MAGIC " LVM2 x[5A%r0N*>"

struct lvm_disk_label {
	char id[8];
	uint64_t sector;
	uint32_t crc; /* from `offset` to the end of the sector */
	uint32_t offset;
	char type[8];
} __attribute__((packed));

struct lvm_disk_place {
	uint64_t offset;
	uint64_t size;
} __attribute__((packed));

struct lvm_disk_pv {
	char id[LVM_ID_LENGTH];
	uint64_t device_size;
	struct lvm_disk_place
		places[]; /* data areas, an empty one, metadata areas, an empty one */
} __attribute__((packed));

/* Behind the last of the places. */
struct lvm_disk_extension {
	uint32_t version;
	uint32_t flags;
} __attribute__((packed));

struct lvm_disk_text {
	uint64_t offset; /* from the start of the area */
	uint64_t size;
	uint32_t crc;
	uint32_t flags;
} __attribute__((packed));

struct lvm_disk_area {
	uint32_t crc; /* of the rest of the header */
	char magic[16];
	uint32_t version;
	uint64_t start;
	uint64_t size;
	struct lvm_disk_text committed;
} __attribute__((packed));

#endif
