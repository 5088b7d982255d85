/* SPDX-License-Identifier: GPL-2.0-or-later */
/* contents.c: the table of what is no file system. */
#include <stddef.h>
#include <string.h>

#include "init/contents.h"
#include "lib/cleanup.h"

static const char raid_hint[] =
	"RAID of the md driver is not assembled here; have the root on a plain disk or on "
	"a logical volume (LVM has RAID too)";

static const struct contents table[] = {
	{ "LVM2_member", "a physical volume of LVM",
	  "boot with root=/dev/GROUP/VOLUME, or root=UUID= of the file system on the volume",
	  false },
	{ "LVM1_member", "a physical volume of LVM 1",
	  "convert its volume group (vgconvert -M2) from a rescue system", true },
	{ "swap", "swap space", NULL, false },
	{ "swsuspend", "the image of a hibernated system",
	  "resume= is what names it; root= names a file system", false },
	{ "crypto_LUKS", "encrypted (LUKS)",
	  "encrypted devices are not opened here; have the root on a plain one", true },
	{ "BitLocker", "encrypted (BitLocker)", NULL, true },
	{ "linux_raid_member", "a member of a RAID (md)", raid_hint, true },
	{ "ddf_raid_member", "a member of a firmware's RAID (DDF)", raid_hint, true },
	{ "isw_raid_member", "a member of a firmware's RAID (Intel)", raid_hint, true },
	{ "bcache", "a device of bcache", "bcache is not started here", true },
	{ "zfs_member", "a member of a ZFS pool", "ZFS pools are not imported here",
	  true },
	{ "drbd", "a device of DRBD", "DRBD is not started here", true },
	{ "ceph_bluestore", "an OSD of Ceph", NULL, false },
	{ "VMFS_volume_member", "a member of a VMFS volume", NULL, false },
	{ "DM_verity_hash", "a hash tree of dm-verity", NULL, false },
	{ "DM_integrity", "a device of dm-integrity", NULL, true },
};

const struct contents *contents_find(const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (strcmp(table[i].type, type) == 0)
			return &table[i];
	}
	return NULL;
}
