/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part_table.c: bytes of GPT and DOS partition tables. */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/cleanup.h"
#include "mkinitramfs/part_table.h"

enum {
	SECTOR = 512,
	ENTRIES = 128,
	ENTRY_SIZE = 128,
	ENTRIES_SECTORS = ENTRIES * ENTRY_SIZE / SECTOR,
	GPT_HEADER_SIZE = 92,
	GPT_REVISION = 0x10000,
	DOS_PARTS = 4,
	DOS_ID_OFFSET = 440,
	DOS_PARTS_OFFSET = 446,
	DOS_TYPE_PROTECTIVE = 0xee,
};

struct gpt_header {
	char signature[8];
	uint32_t revision, size, crc, reserved;
	uint64_t own, other, first, last;
	uint8_t disk[16];
	uint64_t entries;
	uint32_t count, entry_size, entries_crc;
} __attribute__((packed));

struct gpt_entry {
	uint8_t type[16], uuid[16];
	uint64_t first, last, flags;
	uint16_t name[PART_NAME_MAX];
} __attribute__((packed));

struct dos_entry {
	uint8_t active, chs_first[3], type, chs_last[3];
	uint32_t start, sectors;
} __attribute__((packed));

static int write_at(int fd, uint64_t sector, const void *data, size_t size,
		    struct err *err)
{
	ssize_t done = pwrite(fd, data, size, (off_t)(sector * SECTOR));

	if (done == (ssize_t)size)
		return 0;
	return err_sys(err, done < 0 ? errno : EIO, "writing a partition table");
}

/* The first three fields of a UUID stand with their lowest byte first. */
static int guid_parse(const char *text, uint8_t guid[16], struct err *err)
{
	static const int8_t place[16] = { 3, 2, 1,  0,  5,  4,  7,  6,
					  8, 9, 10, 11, 12, 13, 14, 15 };
	const char *at = text;

	for (int i = 0; i < 16; i++) {
		unsigned byte;

		if (*at == '-')
			at++;
		if (sscanf(at, "%2x", &byte) != 1 || !at[1])
			return err_set(err, EINVAL, "\"%s\" is no UUID", text);
		guid[place[i]] = (uint8_t)byte;
		at += 2;
	}
	return *at ? err_set(err, EINVAL, "\"%s\" is no UUID", text) : 0;
}

/* UTF-8 to UTF-16; what is not in the first plane becomes '?'. */
static void name_convert(const char *text, uint16_t name[PART_NAME_MAX])
{
	const unsigned char *in = (const unsigned char *)text;

	for (int i = 0; *in && i < PART_NAME_MAX; i++) {
		uint16_t value = *in++;

		if (value >= 0xe0 && value < 0xf0 && in[0] && in[1]) {
			value = (uint16_t)(value << 12 | (in[0] & 0x3f) << 6 |
					   (in[1] & 0x3f));
			in += 2;
		} else if (value >= 0xc0 && value < 0xe0 && in[0]) {
			value = (uint16_t)((value & 0x1f) << 6 | (in[0] & 0x3f));
			in++;
		} else if (value >= 0x80) {
			value = '?';
			while ((*in & 0xc0) == 0x80)
				in++;
		}
		name[i] = htole16(value);
	}
}

static int gpt_fill(struct gpt_entry *entries, const struct part_table *table,
		    uint64_t sectors, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < table->count; i++) {
		const struct part *part = &table->parts[i];
		struct gpt_entry *entry = &entries[part->number - 1];
		uint16_t name[PART_NAME_MAX] = { 0 };

		if (!part->number || part->number > ENTRIES || !part->sectors ||
		    part->start < 2 + ENTRIES_SECTORS ||
		    part->start + part->sectors > sectors - 1 - ENTRIES_SECTORS)
			return err_set(err, EINVAL, "partition %u lies outside its disk",
				       part->number);
		result = guid_parse(part->type, entry->type, err);
		if (!result)
			result = guid_parse(part->uuid, entry->uuid, err);
		entry->first = htole64(part->start);
		entry->last = htole64(part->start + part->sectors - 1);
		name_convert(part->name, name);
		memcpy(entry->name, name, sizeof(entry->name));
	}
	return result;
}

static int gpt_write_header(int fd, struct gpt_header *header, uint64_t own,
			    uint64_t other, uint64_t entries, struct err *err)
{
	char sector[SECTOR] = { 0 };

	header->own = htole64(own);
	header->other = htole64(other);
	header->entries = htole64(entries);
	header->crc = 0;
	header->crc = htole32((uint32_t)crc32(0, (const Bytef *)header, sizeof(*header)));
	memcpy(sector, header, sizeof(*header));
	return write_at(fd, own, sector, sizeof(sector), err);
}

static int dos_write(int fd, uint32_t id, const struct dos_entry entries[DOS_PARTS],
		     struct err *err)
{
	unsigned char sector[SECTOR] = { 0 };

	id = htole32(id);
	memcpy(sector + DOS_ID_OFFSET, &id, sizeof(id));
	memcpy(sector + DOS_PARTS_OFFSET, entries, DOS_PARTS * sizeof(*entries));
	sector[SECTOR - 2] = 0x55;
	sector[SECTOR - 1] = 0xaa;
	return write_at(fd, 0, sector, sizeof(sector), err);
}

static int gpt_write(int fd, uint64_t sectors, const struct part_table *table,
		     struct err *err)
{
	_cleanup_free_ struct gpt_entry *entries = calloc(ENTRIES, sizeof(*entries));
	const struct dos_entry protective[DOS_PARTS] = {
		{ .type = DOS_TYPE_PROTECTIVE,
		  .start = htole32(1),
		  .sectors = htole32(sectors > UINT32_MAX ? UINT32_MAX
							  : (uint32_t)sectors - 1) },
	};
	struct gpt_header header = {
		.signature = "EFI PART",
		.revision = htole32(GPT_REVISION),
		.size = htole32(GPT_HEADER_SIZE),
		.first = htole64(2 + ENTRIES_SECTORS),
		.last = htole64(sectors - 2 - ENTRIES_SECTORS),
		.count = htole32(ENTRIES),
		.entry_size = htole32(ENTRY_SIZE),
	};
	uint64_t last = sectors - 1;
	int result;

	if (!entries)
		return err_sys(err, ENOMEM, "writing a partition table");
	if (sectors < 2 * (2 + ENTRIES_SECTORS))
		return err_set(err, EINVAL, "the disk is too small for a GPT");
	result = guid_parse(table->id, header.disk, err);
	if (!result)
		result = gpt_fill(entries, table, sectors, err);
	header.entries_crc =
		htole32((uint32_t)crc32(0, (const Bytef *)entries, ENTRIES * ENTRY_SIZE));
	if (!result)
		result = dos_write(fd, 0, protective, err);
	if (!result)
		result = gpt_write_header(fd, &header, 1, last, 2, err);
	if (!result)
		result = write_at(fd, 2, entries, ENTRIES * ENTRY_SIZE, err);
	if (!result)
		result = write_at(fd, last - ENTRIES_SECTORS, entries,
				  ENTRIES * ENTRY_SIZE, err);
	return result ? result
		      : gpt_write_header(fd, &header, last, 1, last - ENTRIES_SECTORS,
					 err);
}

static int dos_write_table(int fd, uint64_t sectors, const struct part_table *table,
			   struct err *err)
{
	struct dos_entry entries[DOS_PARTS] = { { .active = 0 } };

	for (size_t i = 0; i < table->count; i++) {
		const struct part *part = &table->parts[i];

		if (!part->number || part->number > DOS_PARTS || !part->start ||
		    part->start + part->sectors > sectors ||
		    part->start + part->sectors > UINT32_MAX)
			return err_set(err, EINVAL, "partition %u lies outside its disk",
				       part->number);
		entries[part->number - 1] = (struct dos_entry){
			.type = (uint8_t)strtoul(part->type, NULL, 16),
			.start = htole32((uint32_t)part->start),
			.sectors = htole32((uint32_t)part->sectors),
		};
	}
	return dos_write(fd, (uint32_t)strtoul(table->id, NULL, 16), entries, err);
}

int part_table_write(int fd, uint64_t sectors, const struct part_table *table,
		     struct err *err)
{
	if (table->kind == PART_TABLE_NONE)
		return 0;
	return table->kind == PART_TABLE_GPT ? gpt_write(fd, sectors, table, err)
					     : dos_write_table(fd, sectors, table, err);
}

const struct part *part_table_find(const struct part_table *table, unsigned number)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->parts[i].number == number)
			return &table->parts[i];
	return NULL;
}

void part_table_release(struct part_table *table)
{
	free(table->parts);
	*table = (struct part_table){ .kind = PART_TABLE_NONE };
}
