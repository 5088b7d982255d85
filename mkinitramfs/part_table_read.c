/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part_table_read.c: partition tables as libblkid sees them. */
#include <blkid/blkid.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mkinitramfs/part_table.h"

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static int read_part(struct part_table *table, blkid_partition found, struct err *err)
{
	struct part *part = &table->parts[table->count];
	int number = blkid_partition_get_partno(found);

	/* DOS: logical partitions and what holds them. */
	if (table->kind == PART_TABLE_DOS && number > 4)
		return err_set(
			err, ENOTSUP,
			"the disk has logical partitions, which are not made here");
	part->number = (unsigned)number;
	part->start = (uint64_t)blkid_partition_get_start(found);
	part->sectors = (uint64_t)blkid_partition_get_size(found);
	copy(part->uuid, sizeof(part->uuid), blkid_partition_get_uuid(found));
	copy(part->name, sizeof(part->name), blkid_partition_get_name(found));
	copy(part->type, sizeof(part->type), blkid_partition_get_type_string(found));
	if (table->kind == PART_TABLE_DOS)
		snprintf(part->type, sizeof(part->type), "0x%02x",
			 (unsigned)blkid_partition_get_type(found) & 0xff);
	table->count++;
	return 0;
}

static int read_list(struct part_table *table, blkid_partlist list, struct err *err)
{
	blkid_parttable found = blkid_partlist_get_table(list);
	const char *kind = found ? blkid_parttable_get_type(found) : "";
	int count = blkid_partlist_numof_partitions(list), result = 0;

	if (!found)
		return 0;
	if (strcmp(kind, "gpt") != 0 && strcmp(kind, "dos") != 0)
		return err_set(err, ENOTSUP,
			       "the disk's partition table is of the kind \"%s\"", kind);
	table->kind = *kind == 'g' ? PART_TABLE_GPT : PART_TABLE_DOS;
	copy(table->id, sizeof(table->id), blkid_parttable_get_id(found));
	table->parts = calloc(count > 0 ? (size_t)count : 1, sizeof(*table->parts));
	if (!table->parts)
		return err_sys(err, ENOMEM, "reading a partition table");
	for (int i = 0; !result && i < count; i++)
		result = read_part(table, blkid_partlist_get_partition(list, i), err);
	return result;
}

int part_table_read(int fd, struct part_table *table, struct err *err)
{
	blkid_probe probe = blkid_new_probe();
	int result = 0;

	*table = (struct part_table){ .kind = PART_TABLE_NONE };
	if (!probe)
		return err_sys(err, ENOMEM, "reading a partition table");
	blkid_probe_enable_superblocks(probe, 0);
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
	if (blkid_probe_set_device(probe, fd, 0, 0))
		result = err_sys(err, errno ? errno : EIO, "reading a partition table");
	else if (blkid_do_safeprobe(probe) == 0)
		result = read_list(table, blkid_probe_get_partitions(probe), err);
	blkid_free_probe(probe);
	if (result < 0)
		part_table_release(table);
	return result;
}
