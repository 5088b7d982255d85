/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lvm_label.h: what a physical volume says about itself and its volume group.
 *
 * The layout on disk is that of lvm2's lib/label/label.h and lib/format_text/layout.h: a
 * label in one of the first four sectors, the PV header it points to, and up to a few
 * metadata areas, each with a header of 512 bytes and a ring buffer for the text. All
 * checksums are verified.
 */
#ifndef BEDPLATE_LIB_LVM_LABEL_H
#define BEDPLATE_LIB_LVM_LABEL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum { LVM_ID_LENGTH = 32, LVM_AREAS_MAX = 4 };

/* One committed copy of the volume group's metadata. */
struct lvm_copy {
	char *text; /* ended by '\0'; checksum verified */
	size_t size;
};

struct lvm_label {
	char pv_id[LVM_ID_LENGTH + 1]; /* without hyphens */
	uint64_t device_size;          /* bytes, as the PV header has it */
	struct lvm_copy copies[LVM_AREAS_MAX];
	size_t copy_count;   /* areas that were in use and sound */
	size_t area_count;   /* areas there are, those switched off included */
	struct err area_err; /* why an area was not sound, code 0 where all were */
};

#define LVM_LABEL_INIT          \
	{                       \
		.copy_count = 0 \
	}

/* Reads a physical volume from an open block device or file. -ENODEV where there is no
 * label; -EBADMSG where label or PV header are damaged. A damaged metadata area is no
 * error here: it is left out and told in area_err. The label owns its texts. */
int lvm_label_read(int fd, struct lvm_label *label, struct err *err);
void lvm_label_release(struct lvm_label *label);
#define _cleanup_lvm_label_ __attribute__((cleanup(lvm_label_release)))

/* lvm2's CRC-32: the usual polynomial, reflected, no final inversion. Begin with
 * LVM_CRC_INITIAL. */
#define LVM_CRC_INITIAL 0xf597a6cfu
uint32_t lvm_crc(uint32_t crc, const void *data, size_t size);

#endif
