/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_disk.h: physical volumes made by hand, for the unit tests of their reader. */
#ifndef BEDPLATE_TESTS_LVM_DISK_H
#define BEDPLATE_TESTS_LVM_DISK_H

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/lvm_label.h"

enum { AREA_1 = 4096, AREA_2 = 65536, AREA_SIZE = 8192, DISK_SIZE = AREA_2 + AREA_SIZE };

static inline void put32(char *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, 4);
}

static inline void put64(char *at, uint64_t value)
{
	value = htole64(value);
	memcpy(at, &value, 8);
}

/* Writes an area whose text starts `offset` bytes into it. */
static inline void put_area(char *disk, size_t start, size_t offset, const char *text,
			    uint32_t flags)
{
	char *area = disk + start;
	size_t size = strlen(text);

	memcpy(area + 4, " LVM2 x[5A%r0N*>", 16);
	put32(area + 20, 1);
	put64(area + 24, start);
	put64(area + 32, AREA_SIZE);
	put64(area + 40, offset);
	put64(area + 48, size);
	put32(area + 56, lvm_crc(LVM_CRC_INITIAL, text, size));
	put32(area + 60, flags);
	put32(area, lvm_crc(LVM_CRC_INITIAL, area + 4, 508));
	for (size_t i = 0; i < size; i++) {
		size_t at = offset + i;

		area[at < AREA_SIZE ? at : at - AREA_SIZE + 512] = text[i];
	}
}

/* Makes a file a physical volume whose id is this letter over and over, with two copies of
 * the metadata, of which the second wraps; returns its mapping. */
static inline char *put_disk(int fd, char letter, const char *first, const char *second)
{
	char *disk, *label;

	if (ftruncate(fd, DISK_SIZE) < 0)
		abort();
	disk = mmap(NULL, DISK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	label = disk + 512;
	memcpy(label, "LABELONE", 8);
	put64(label + 8, 1);
	put32(label + 20, 32);
	memcpy(label + 24, "LVM2 001", 8);
	memset(label + 32, letter, 32);
	put64(label + 64, DISK_SIZE);
	put64(label + 72, 1 << 20); /* one data area, then the two metadata areas */
	put64(label + 104, AREA_1);
	put64(label + 112, AREA_SIZE);
	put64(label + 120, AREA_2);
	put64(label + 128, AREA_SIZE);
	put32(label + 16, lvm_crc(LVM_CRC_INITIAL, label + 20, 492));
	put_area(disk, AREA_1, 512, first, 0);
	put_area(disk, AREA_2, AREA_SIZE - 4, second, 0);
	return disk;
}

#endif
