/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_write.h: makes a file, or a part of one, a physical volume, without lvm and without
 * device-mapper. */
#ifndef BEDPLATE_MKINITRAMFS_LVM_WRITE_H
#define BEDPLATE_MKINITRAMFS_LVM_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct lvm_write {
	const char *id;   /* LVM_ID_LENGTH letters, without hyphens */
	uint64_t sectors; /* of the device */
	uint64_t start;   /* first extent, in sectors */
	const char *text; /* the group's metadata, as it is to be read */
	size_t size;
};

/* Writes label, PV header and one metadata area, which reaches up to the first extent, at
 * a byte offset. -ENOSPC where there is no room for them. */
int lvm_write(int fd, uint64_t offset, const struct lvm_write *pv, struct err *err);

#endif
