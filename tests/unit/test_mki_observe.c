/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/mount_text.c lib/mounts.c mkinitramfs/modprobe_conf.c mkinitramfs/chain_name.c */
/* SOURCES: mkinitramfs/sysfs.c lib/names.c mkinitramfs/plan.c lib/format_text.c lib/err.c */
/* SOURCES: lib/strbuf.c lib/file.c lib/log.c lib/lvm_name.c */
/* test_mki_observe.c: mountinfo, modprobe.d and device-mapper names as they are found. */
#include <errno.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/lvm_name.h"
#include "lib/mounts.h"
#include "mkinitramfs/chain_private.h"
#include "mkinitramfs/modprobe_conf.h"
#include "tests/unit/tap.h"

/* What the chain's naming needs and these tests do not. */
char *chain_device_uuid(int root_fd, const char *dir)
{
	(void)root_fd;
	(void)dir;
	return NULL;
}

int chain_no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "no memory");
}

static const char mountinfo[] =
	"1 0 0:2 / / rw - rootfs rootfs rw\n"
	"28 1 254:0 / / ro,relatime shared:1 master:2 - ext4 /dev/mapper/vg-root ro\n"
	"29 28 0:30 /@sub\\040vol /mnt/a\\134b rw - btrfs /dev/vda\\0401 rw\n"
	"damaged\n"
	"30 28 8:1 / /usr rw -\n";

static void test_mounts(void)
{
	struct mount mount;

	is_int(mount_find(&mount, mountinfo, "/", NULL), 1, "the root is found");
	is_str(mount.fstype, "ext4", "the last one on top counts");
	is_int(mount.major, 254, "its device number");
	is_str(mount.source, "/dev/mapper/vg-root", "optional fields are passed over");
	mount_release(&mount);
	is_int(mount_find(&mount, mountinfo, "/mnt/a\\b", NULL), 1,
	       "an escaped mount point");
	is_str(mount.subtree, "/@sub vol", "an escaped subtree");
	is_str(mount.source, "/dev/vda 1", "an escaped source");
	mount_release(&mount);
	is_int(mount_find(&mount, mountinfo, "/usr", NULL), 0,
	       "a line that is cut is no mount");
	is_int(mount_find(&mount, "", "/", NULL), 0, "nothing mounted");
	mount_release(&mount);
}

static void test_modprobe(void)
{
	struct modprobe_conf conf = MODPROBE_CONF_INIT;
	const struct modprobe_line *line;

	ok(!modprobe_conf_parse(&conf,
				"# comment\n  options  snd-card  a=1 \t b=2\n"
				"options other c=\\\n3\nblacklist x-y\nalone\n"
				"options snd_card c=3",
				false, NULL),
	   "lines are parsed");
	line = modprobe_conf_next(&conf, "options", "snd_card", NULL);
	is_str(line ? line->rest : NULL, "a=1 b=2", "blanks are made one, names normal");
	line = line ? modprobe_conf_next(&conf, "options", "snd_card", line) : NULL;
	is_str(line ? line->rest : NULL, "c=3", "a second line of the same name");
	ok(!modprobe_conf_next(&conf, "options", "snd_card", line), "and no third");
	line = modprobe_conf_next(&conf, "options", "other", NULL);
	is_str(line ? line->rest : NULL, "c= 3", "a backslash joins lines");
	ok(modprobe_conf_next(&conf, "blacklist", "x_y", NULL),
	   "a line without arguments");
	modprobe_conf_release(&conf);
}

static void test_volume_names(void)
{
	static const struct {
		const char *dm, *volume;
	} names[] = {
		{ "vg-root", "vg/root" },
		{ "vg--a-root--lv", "vg-a/root-lv" },
		{ "a----b-c", "a--b/c" },
		{ "vg-lv-real", "vg/lv" },
		{ "vg-lv_tdata", "vg/lv_tdata" },
		{ "luks", NULL },
		{ "a--b", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *volume = lvm_volume_name(names[i].dm);

		is_str(volume, names[i].volume, "the volume of \"%s\"", names[i].dm);
	}
}

int main(void)
{
	test_mounts();
	test_modprobe();
	test_volume_names();
	return done_testing();
}
