/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_label.c: label, PV header and metadata areas of a physical volume. */
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/lvm_format.h"
#include "lib/lvm_label.h"

uint32_t lvm_crc(uint32_t crc, const void *data, size_t size)
{
	static uint32_t table[256];
	const unsigned char *next = data;

	if (!table[1]) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t value = i;

			for (int bit = 0; bit < 8; bit++)
				value = value & 1 ? value >> 1 ^ 0xedb88320u : value >> 1;
			table[i] = value;
		}
	}
	while (size--)
		crc = crc >> 8 ^ table[(crc ^ *next++) & 0xff];
	return crc;
}

static int read_at(int fd, uint64_t offset, void *data, size_t size, struct err *err)
{
	ssize_t got;

	if (offset > INT64_MAX - size)
		return err_set(err, EBADMSG, "an offset beyond any device");
	got = pread(fd, data, size, (off_t)offset);
	if (got < 0)
		return err_sys(err, errno, "reading %zu bytes at %llu", size,
			       (unsigned long long)offset);
	if ((size_t)got != size)
		return err_set(err, EBADMSG, "the device ends before byte %llu",
			       (unsigned long long)(offset + size));
	return 0;
}

static bool is_label(const char *sector, uint64_t number)
{
	const struct lvm_disk_label *label = (const void *)sector;

	return memcmp(label->id, LVM_LABEL_ID, 8) == 0 &&
	       memcmp(label->type, LVM_LABEL_TYPE, 8) == 0 &&
	       le64toh(label->sector) == number;
}

static int label_check(const char *sector, struct err *err)
{
	const struct lvm_disk_label *label = (const void *)sector;
	size_t from = offsetof(struct lvm_disk_label, offset);
	size_t pv_end = le32toh(label->offset) + sizeof(struct lvm_disk_pv);

	if (lvm_crc(LVM_CRC_INITIAL, sector + from, LVM_SECTOR - from) !=
	    le32toh(label->crc))
		return err_set(err, EBADMSG, "the LVM label's checksum is wrong");
	if (le32toh(label->offset) > LVM_SECTOR || pv_end > LVM_SECTOR)
		return err_set(err, EBADMSG, "the LVM label points outside its sector");
	return 0;
}

/* The text lies in a ring behind the area's header: what passes the end goes on at the
 * start. */
static int copy_read(int fd, const struct lvm_disk_area *area, struct lvm_copy *copy,
		     struct err *err)
{
	uint64_t start = le64toh(area->start), area_size = le64toh(area->size);
	uint64_t offset = le64toh(area->committed.offset),
		 size = le64toh(area->committed.size);
	uint64_t first = size;
	int result;

	if (area_size <= LVM_AREA_HEADER || offset < LVM_AREA_HEADER ||
	    offset >= area_size || size > area_size - LVM_AREA_HEADER ||
	    size > LVM_TEXT_MAX)
		return err_set(err, EBADMSG, "the metadata text lies outside its area");
	if (offset + size > area_size)
		first = area_size - offset;
	copy->text = malloc(size + 1);
	if (!copy->text)
		return err_sys(err, ENOMEM, "reading %llu bytes of metadata",
			       (unsigned long long)size);
	result = read_at(fd, start + offset, copy->text, first, err);
	if (!result && first < size)
		result = read_at(fd, start + LVM_AREA_HEADER, copy->text + first,
				 size - first, err);
	if (!result &&
	    lvm_crc(LVM_CRC_INITIAL, copy->text, size) != le32toh(area->committed.crc))
		result = err_set(err, EBADMSG, "the metadata text's checksum is wrong");
	copy->text[size] = '\0';
	copy->size = size;
	if (result < 0)
		free(steal_pointer(copy->text));
	return result;
}

/* 1 with a copy, 0 where the area is empty or switched off. */
static int area_read(int fd, const struct lvm_disk_place *place, struct lvm_copy *copy,
		     struct err *err)
{
	char header[LVM_AREA_HEADER];
	const struct lvm_disk_area *area = (const void *)header;
	int result = read_at(fd, le64toh(place->offset), header, sizeof(header), err);

	if (result < 0)
		return result;
	if (lvm_crc(LVM_CRC_INITIAL, header + sizeof(area->crc),
		    sizeof(header) - sizeof(area->crc)) != le32toh(area->crc))
		return err_set(err, EBADMSG, "the metadata area's checksum is wrong");
	if (memcmp(area->magic, LVM_AREA_MAGIC, sizeof(area->magic)) != 0 ||
	    le32toh(area->version) != LVM_AREA_VERSION || area->start != place->offset)
		return err_set(err, EBADMSG, "a metadata area of an unknown kind");
	if (!area->committed.offset || le32toh(area->committed.flags) & LVM_COPY_IGNORED)
		return 0;
	result = copy_read(fd, area, copy, err);
	return result < 0 ? result : 1;
}

static void areas_read(int fd, const struct lvm_disk_place *place, const char *end,
		       struct lvm_label *label)
{
	while ((const char *)(place + 1) <= end && place->offset) /* data areas */
		place++;
	for (place++; (const char *)(place + 1) <= end && place->offset; place++) {
		struct err err = ERR_INIT;

		if (++label->area_count > LVM_AREAS_MAX)
			return;
		if (area_read(fd, place, &label->copies[label->copy_count], &err) > 0)
			label->copy_count++;
		else if (err.code)
			label->area_err = err;
	}
}

int lvm_label_read(int fd, struct lvm_label *label, struct err *err)
{
	char sectors[LVM_LABEL_SECTORS * LVM_SECTOR], *sector = sectors;
	const struct lvm_disk_pv *pv;
	uint64_t number = 0;
	int result;

	*label = (struct lvm_label)LVM_LABEL_INIT;
	result = read_at(fd, 0, sectors, sizeof(sectors), err);
	if (result < 0)
		return result;
	while (number < LVM_LABEL_SECTORS && !is_label(sector, number))
		number++, sector += LVM_SECTOR;
	if (number == LVM_LABEL_SECTORS)
		return err_set(err, ENODEV, "no LVM label");
	result = label_check(sector, err);
	if (result < 0)
		return result;
	pv = (const void *)(sector +
			    le32toh(((const struct lvm_disk_label *)(void *)sector)
					    ->offset));
	memcpy(label->pv_id, pv->id, LVM_ID_LENGTH);
	label->device_size = le64toh(pv->device_size);
	areas_read(fd, pv->places, sector + LVM_SECTOR, label);
	return 0;
}

void lvm_label_release(struct lvm_label *label)
{
	for (size_t i = 0; i < label->copy_count; i++)
		free(label->copies[i].text);
	*label = (struct lvm_label)LVM_LABEL_INIT;
}
