/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * part_table.h: writes partition tables into files: GPT (UEFI specification, chapter 5) and
 * the primary partitions of DOS tables. Sectors are of 512 bytes.
 */
#ifndef BEDPLATE_MKINITRAMFS_PART_TABLE_H
#define BEDPLATE_MKINITRAMFS_PART_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum part_table_kind { PART_TABLE_NONE, PART_TABLE_GPT, PART_TABLE_DOS };

enum { PART_NAME_MAX = 36, PART_UUID_SIZE = 37 };

struct part {
	unsigned number;              /* from 1 */
	uint64_t start, sectors;      /* on the disk */
	char uuid[PART_UUID_SIZE];    /* GPT only: DOS derives it from the table's id */
	char type[PART_UUID_SIZE];    /* GPT: a UUID; DOS: "0x83" */
	char name[4 * PART_NAME_MAX]; /* UTF-8; GPT only */
};

struct part_table {
	enum part_table_kind kind;
	char id[PART_UUID_SIZE]; /* GPT: the disk's UUID; DOS: "1a2b3c4d" */
	struct part *parts;
	size_t count;
};

/* Writes the table for a disk of so many sectors. -EINVAL where it cannot be one. */
int part_table_write(int fd, uint64_t sectors, const struct part_table *table,
		     struct err *err);

/* Reads the table of a disk, by libblkid; "none" where there is none. -ENOTSUP: a table of
 * another kind, or one with logical partitions. */
int part_table_read(int fd, struct part_table *table, struct err *err);

/* The partition of this number, or NULL. */
const struct part *part_table_find(const struct part_table *table, unsigned number);

void part_table_release(struct part_table *table);

#endif
