/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/root_device.c lib/block_uuid.c lib/mounts.c lib/mount_text.c lib/names.c lib/format_text.c lib/file.c */
/* SOURCES: lib/strbuf.c lib/err.c */
/* test_boot_root_device.c: how the root is named on a command line. */
#include <errno.h>

#include "boot/root_device.h"
#include "lib/strbuf.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static int root;

static void mounted(const char *line)
{
	fake_file(root, "proc/self/mountinfo", line);
}

static const char *words(bool live)
{
	static struct strbuf text;

	strbuf_init(&text, 0);
	if (root_device_words(root, live, &text, NULL))
		return "(none)";
	return text.text;
}

int main(void)
{
	struct strbuf text;
	struct err err = ERR_INIT;

	root = fake_tree_open();
	mounted("28 1 8:2 / / rw - ext4 /dev/sda2 rw\n");
	is_str(words(true), "(none)", "a device whose UUID nobody knows");
	strbuf_init(&text, 0);
	is_int(root_device_words(root, true, &text, &err), -ENODEV, "is an error");
	ok(strstr(err.hint, "root="), "with what to do");

	fake_link(root, "sys/dev/block/8:2", "../../devices/pci/block/sda/sda2");
	fake_file(root, "sys/class/block/sda2/dev", "8:2\n");
	fake_file(root, "run/udev/data/b8:2", "S:x\nE:ID_FS_UUID=from-udev\nE:X=y\n");
	is_str(words(true), "root=UUID=from-udev", "udev's database");
	fake_link(root, "dev/disk/by-uuid/from-link", "../../sda2");
	is_str(words(true), "root=UUID=from-link", "the link");

	fake_link(root, "sys/dev/block/254:0", "../../devices/virtual/block/dm-0");
	fake_file(root, "sys/class/block/dm-0/dm/name", "vg-root\n");
	fake_link(root, "dev/disk/by-uuid/shared-with-snapshot", "../../dm-0");
	mounted("28 1 254:0 / / rw - ext4 /dev/mapper/vg-root rw\n");
	is_str(words(true), "root=/dev/mapper/vg-root", "a mapped device by its name");

	mounted("28 1 0:25 /@/a\\040b / rw - btrfs /dev/sda2 rw\n");
	is_str(words(true), "root=UUID=from-link rootflags=\"subvol=@/a b\"",
	       "a subvolume");
	mounted("28 1 0:25 / / rw - btrfs /dev/sda2 rw\n");
	is_str(words(true), "root=UUID=from-link", "btrfs' top");

	fake_file(root, "etc/fstab",
		  "# /\nUUID=boot /boot ext4 defaults 0 2\n"
		  "UUID=table / btrfs rw,subvol=/@root,noatime 0 1\n");
	is_str(words(false), "root=UUID=table rootflags=subvol=@root",
	       "a system that does not run by its table");
	is_str(words(true), "root=UUID=from-link", "one that runs by what is mounted");
	mounted("28 1 8:9 / / rw - ext4 /dev/sdb9 rw\n");
	is_str(words(true), "root=UUID=table rootflags=subvol=@root",
	       "or by its table, where that does not tell");
	fake_file(root, "etc/fstab", "/dev/sdb9 / ext4 defaults 0 1\n");
	is_str(words(false), "(none)", "a name that counts disks is none");
	close(root);
	fake_tree_remove();
	return done_testing();
}
