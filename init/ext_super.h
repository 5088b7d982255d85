/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ext_super.h: whether an ext2, ext3 or ext4 file system is due for a check. */
#ifndef BEDPLATE_INIT_EXT_SUPER_H
#define BEDPLATE_INIT_EXT_SUPER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

/* The superblock lies at byte 1024 and is 1024 bytes long (kernel
 * Documentation/filesystems/ext4/super.rst). */
enum { EXT_SUPER_OFFSET = 1024, EXT_SUPER_SIZE = 1024 };

struct ext_super {
	bool cleanly_unmounted; /* stays true with a journal: the journal makes good */
	bool has_errors;        /* the kernel met some and said so in the superblock */
	bool needs_recovery;    /* the journal is to be replayed */
	unsigned mounts;        /* since the last check */
	int mounts_max;         /* 0 or less: they do not count */
	int64_t checked_s;      /* of the last check, since 1970 */
	uint32_t interval_s;    /* 0: age does not count */
};

/* Reads the fields from a superblock's bytes. -EINVAL where it is none. */
int ext_super_parse(struct ext_super *super, const uint8_t bytes[EXT_SUPER_SIZE],
		    struct err *err);

/* Reads them from an open device. */
int ext_super_read(struct ext_super *super, int fd, struct err *err);

/* Why a check is due at this time (seconds since 1970), as `e2fsck -p` judges it; NULL where
 * none is. A journal that waits for its replay is no reason: the kernel replays it at the
 * mount, and knows then as much as e2fsck would. */
const char *ext_super_due(const struct ext_super *super, int64_t now_s);

#endif
