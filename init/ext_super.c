/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ext_super.c: an ext file system's superblock; see ext_super.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "init/ext_super.h"

/* Offsets and bits of kernel Documentation/filesystems/ext4/super.rst. */
enum {
	AT_MOUNTS = 0x34,
	AT_MOUNTS_MAX = 0x36,
	AT_MAGIC = 0x38,
	AT_STATE = 0x3a,
	AT_CHECKED = 0x40,
	AT_INTERVAL = 0x44,
	AT_INCOMPAT = 0x60,
	AT_CHECKED_HIGH = 0x277,
	MAGIC = 0xef53,
	STATE_VALID = 1,
	STATE_ERROR = 2,
	INCOMPAT_RECOVER = 4,
};

static unsigned get16(const uint8_t *bytes, unsigned at)
{
	return bytes[at] | (unsigned)bytes[at + 1] << 8;
}

static uint32_t get32(const uint8_t *bytes, unsigned at)
{
	return get16(bytes, at) | (uint32_t)get16(bytes, at + 2) << 16;
}

int ext_super_parse(struct ext_super *super, const uint8_t bytes[EXT_SUPER_SIZE],
		    struct err *err)
{
	unsigned state;

	if (get16(bytes, AT_MAGIC) != MAGIC)
		return err_set(err, EINVAL, "no superblock of ext2, ext3 or ext4");
	state = get16(bytes, AT_STATE);
	*super = (struct ext_super){
		.cleanly_unmounted = state & STATE_VALID,
		.has_errors = state & STATE_ERROR,
		.needs_recovery = get32(bytes, AT_INCOMPAT) & INCOMPAT_RECOVER,
		.mounts = get16(bytes, AT_MOUNTS),
		.mounts_max = (int16_t)get16(bytes, AT_MOUNTS_MAX),
		.checked_s =
			(int64_t)bytes[AT_CHECKED_HIGH] << 32 | get32(bytes, AT_CHECKED),
		.interval_s = get32(bytes, AT_INTERVAL),
	};
	return 0;
}

int ext_super_read(struct ext_super *super, int fd, struct err *err)
{
	uint8_t bytes[EXT_SUPER_SIZE];
	ssize_t got = pread(fd, bytes, sizeof(bytes), EXT_SUPER_OFFSET);

	if (got < 0)
		return err_sys(err, errno, "reading the superblock");
	if (got != sizeof(bytes))
		return err_set(err, EINVAL, "too small for a file system");
	return ext_super_parse(super, bytes, err);
}

const char *ext_super_due(const struct ext_super *super, int64_t now_s)
{
	if (super->has_errors)
		return "the kernel found errors on it";
	if (!super->cleanly_unmounted)
		return "it was not cleanly unmounted";
	if (super->mounts_max > 0 && super->mounts >= (unsigned)super->mounts_max)
		return "it was mounted as often as is allowed between checks";
	if (super->interval_s && now_s >= super->checked_s + super->interval_s)
		return "its last check is too long ago";
	return NULL;
}
