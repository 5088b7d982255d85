/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/lvm_config.c lib/lvm_label.c lib/lvm_vg.c lib/lvm_map.c lib/lvm_name.c */
/* SOURCES: lib/strbuf.c lib/err.c lib/nearest.c */
/* fuzz_lvm.c: no physical volume and no metadata text makes the reader or the mapping
 * fail otherwise than by an error. The first byte chooses: '0' metadata text, '1' a disk,
 * '2' a disk whose checksums are put right first. */
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/lvm_label.h"
#include "lib/lvm_vg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SECTOR = 512, LABEL_SECTORS = 4 };

static void check_result(int result, const struct err *err)
{
	if (result > 0 || (result < 0 && (err->code != result || !*err->text)))
		abort();
}

/* `text` is parted in place. */
static void map_root(char *text)
{
	struct lvm_mapping mapping;
	struct lvm_vg vg;
	struct err err = ERR_INIT;
	int result = lvm_vg_parse(&vg, text, &err);

	check_result(result, &err);
	if (result)
		return;
	for (size_t i = 0; i < vg.pv_count; i++)
		vg.pvs[i].devno = makedev(8, 1);
	lvm_mapping_init(&mapping);
	result = lvm_vg_map(&vg, "root", &mapping, &err);
	check_result(result, &err);
	if (!result && (!mapping.table.text[0] || !mapping.name[0]))
		abort();
	lvm_mapping_release(&mapping);
	lvm_vg_release(&vg);
}

static void read_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	map_root(text);
	free(text);
}

static uint64_t get64(const char *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return le64toh(value);
}

static void put_crc(char *at, uint32_t crc)
{
	crc = htole32(crc);
	memcpy(at, &crc, sizeof(crc));
}

/* The text's checksum, where the text lies in the image, then that of the header. */
static void repair_area(char *area, size_t left)
{
	uint64_t area_size = get64(area + 32), offset = get64(area + 40);
	uint64_t size = get64(area + 48), first = size;
	uint32_t crc;

	if (area_size > SECTOR && area_size <= left && offset < area_size &&
	    size <= area_size - SECTOR) {
		if (size > area_size - offset)
			first = area_size - offset;
		crc = lvm_crc(LVM_CRC_INITIAL, area + offset, first);
		put_crc(area + 56, lvm_crc(crc, area + SECTOR, size - first));
	}
	put_crc(area, lvm_crc(LVM_CRC_INITIAL, area + 4, SECTOR - 4));
}

static void repair(char *disk, size_t size)
{
	for (size_t at = 0; at + SECTOR <= size; at += SECTOR) {
		if (at < LABEL_SECTORS * SECTOR && memcmp(disk + at, "LABELONE", 8) == 0)
			put_crc(disk + at + 16,
				lvm_crc(LVM_CRC_INITIAL, disk + at + 20, SECTOR - 20));
		else if (memcmp(disk + at + 4, " LVM2 x[5A%r0N*>", 16) == 0)
			repair_area(disk + at, size - at);
	}
}

static void read_disk(const uint8_t *data, size_t size, int with_repair)
{
	struct lvm_label label;
	struct err err = ERR_INIT;
	int fd = memfd_create("pv", MFD_CLOEXEC), result;
	char *disk = malloc(size + 1);

	if (fd < 0 || !disk)
		abort();
	if (size)
		memcpy(disk, data, size);
	if (with_repair)
		repair(disk, size);
	if (write(fd, disk, size) != (ssize_t)size)
		abort();
	free(disk);
	result = lvm_label_read(fd, &label, &err);
	close(fd);
	check_result(result, &err);
	if (result)
		return;
	if (label.copy_count > LVM_AREAS_MAX || strlen(label.pv_id) > LVM_ID_LENGTH)
		abort();
	for (size_t i = 0; i < label.copy_count; i++)
		map_root(label.copies[i].text);
	lvm_label_release(&label);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] % 3 == '0' % 3)
		read_text(data + 1, size - 1);
	else
		read_disk(data + 1, size - 1, data[0] % 3 == '2' % 3);
	return 0;
}
