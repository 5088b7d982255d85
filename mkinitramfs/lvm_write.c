/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_write.c: label, PV header and metadata area of a physical volume. */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/lvm_format.h"
#include "mkinitramfs/lvm_write.h"

/* Where lvm puts them: the label into the second sector, the area behind the first page. */
enum { LABEL_SECTOR = 1, PV_OFFSET = 32, AREA_START = 4096 };

static int write_at(int fd, uint64_t offset, const void *data, size_t size,
		    struct err *err)
{
	const char *next = data;

	while (size) {
		ssize_t done = pwrite(fd, next, size, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_sys(err, errno, "writing a physical volume");
		next += done;
		offset += (uint64_t)done;
		size -= (size_t)done;
	}
	return 0;
}

static void fill_pv(char *at, const struct lvm_write *pv)
{
	struct lvm_disk_pv *header = (void *)at;
	struct lvm_disk_extension extension = {
		.version = htole32(LVM_EXTENSION_VERSION),
		.flags = htole32(LVM_EXTENSION_USED),
	};

	memcpy(header->id, pv->id, LVM_ID_LENGTH);
	header->device_size = htole64(pv->sectors * LVM_SECTOR);
	header->places[0].offset = htole64(pv->start * LVM_SECTOR);
	/* [1] ends the data areas, [3] the metadata areas */
	header->places[2].offset = htole64(AREA_START);
	header->places[2].size = htole64(pv->start * LVM_SECTOR - AREA_START);
	memcpy(&header->places[4], &extension, sizeof(extension));
}

static int write_label(int fd, uint64_t offset, const struct lvm_write *pv,
		       struct err *err)
{
	char sector[LVM_SECTOR] = { 0 };
	struct lvm_disk_label *label = (void *)sector;
	size_t from = offsetof(struct lvm_disk_label, offset);

	memcpy(label->id, LVM_LABEL_ID, sizeof(label->id));
	memcpy(label->type, LVM_LABEL_TYPE, sizeof(label->type));
	label->sector = htole64(LABEL_SECTOR);
	label->offset = htole32(PV_OFFSET);
	fill_pv(sector + PV_OFFSET, pv);
	label->crc =
		htole32(lvm_crc(LVM_CRC_INITIAL, sector + from, sizeof(sector) - from));
	return write_at(fd, offset + LABEL_SECTOR * LVM_SECTOR, sector, sizeof(sector),
			err);
}

static int write_area(int fd, uint64_t offset, const struct lvm_write *pv,
		      struct err *err)
{
	char header[LVM_AREA_HEADER] = { 0 };
	struct lvm_disk_area *area = (void *)header;
	int result;

	memcpy(area->magic, LVM_AREA_MAGIC, sizeof(area->magic));
	area->version = htole32(LVM_AREA_VERSION);
	area->start = htole64(AREA_START);
	area->size = htole64(pv->start * LVM_SECTOR - AREA_START);
	area->committed.offset = htole64(LVM_AREA_HEADER);
	area->committed.size = htole64(pv->size);
	area->committed.crc = htole32(lvm_crc(LVM_CRC_INITIAL, pv->text, pv->size));
	area->crc = htole32(lvm_crc(LVM_CRC_INITIAL, header + sizeof(area->crc),
				    sizeof(header) - sizeof(area->crc)));
	result = write_at(fd, offset + AREA_START, header, sizeof(header), err);
	return result ? result
		      : write_at(fd, offset + AREA_START + LVM_AREA_HEADER, pv->text,
				 pv->size, err);
}

int lvm_write(int fd, uint64_t offset, const struct lvm_write *pv, struct err *err)
{
	uint64_t room = pv->start * LVM_SECTOR;
	int result;

	if (strlen(pv->id) != LVM_ID_LENGTH)
		return err_set(err, EINVAL, "\"%s\" is no id of a physical volume",
			       pv->id);
	if (room < AREA_START + LVM_AREA_HEADER || pv->start > pv->sectors ||
	    pv->size > room - AREA_START - LVM_AREA_HEADER)
		return err_set(err, ENOSPC,
			       "%zu bytes of metadata do not fit in front of extents "
			       "that begin at sector %llu",
			       pv->size, (unsigned long long)pv->start);
	result = write_label(fd, offset, pv, err);
	return result ? result : write_area(fd, offset, pv, err);
}
