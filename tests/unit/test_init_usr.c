/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/mount_text.c init/fstab.c init/usr_plan.c */
/* What is mounted on /usr follows fstab(5) and systemd-fstab-generator(8). */
#include <stdbool.h>

#include "init/usr.h"
#include "tests/unit/tap.h"

static const char fstab[] = "# a comment with /usr in it\n"
			    "UUID=1 / ext4 errors=remount-ro 0 1\n"
			    "  LABEL=usr\\040disk\t/usr/  ext4  noatime,nofail 0 2\n"
			    "/dev/late /usr xfs defaults 0 0\n"
			    "/dev/short /short btrfs\n"
			    "/dev/odd\\134x /opt/a\\011b auto ro,x-a=noauto 0 0";

static void finds_entries(void)
{
	struct fstab_entry entry;

	ok(fstab_find(fstab, "/usr", &entry), "/usr/ is /usr");
	is_str(entry.spec, "LABEL=usr disk", "a blank is written \\040");
	is_str(entry.type, "ext4", "the first entry counts");
	is_str(entry.options, "noatime,nofail", "options");
	is_int(entry.pass, 2, "fsck's pass");
	ok(fstab_find(fstab, "/short", &entry), "options and numbers may be left out");
	is_str(entry.options, "defaults", "... and are the defaults");
	is_int(entry.pass, 0, "... and no check");
	ok(fstab_find(fstab, "/opt/a\tb", &entry), "tabs in a mount point");
	is_str(entry.spec, "/dev/odd\\x", "a backslash is written \\134");
	ok(!fstab_find(fstab, "/us", &entry), "the beginning of a name is another name");
	ok(!fstab_find("", "/usr", &entry), "an empty file has none");
}

static void finds_options(void)
{
	ok(fstab_has_option("a,noauto,b", "noauto"), "an option in the middle");
	ok(fstab_has_option("subvol=x", "subvol"), "an option with a value");
	ok(!fstab_has_option("x-a=noauto", "noauto"), "a value is no option");
	ok(!fstab_has_option("noautox", "noauto"), "a longer name is another option");
}

static void follows_fstab(void)
{
	const struct usr_arguments none = { .root_device = "UUID=1",
					    .root_read_only = true };
	struct fstab_entry entry = { .spec = "LABEL=u", .type = "ext4", .pass = 2 };
	struct usr_plan plan;

	strcpy(entry.options, "noatime");
	usr_plan_make(&plan, &none, NULL);
	ok(!plan.wanted, "without an entry /usr is on the root");
	usr_plan_make(&plan, &none, &entry);
	ok(plan.wanted && plan.check && !plan.nofail, "an entry is mounted and checked");
	ok(!plan.read_only, "... for writing, whatever the root is mounted like");
	entry.pass = 0;
	strcpy(entry.options, "ro,nofail");
	usr_plan_make(&plan, &none, &entry);
	ok(plan.read_only && plan.nofail && !plan.check, "ro, nofail, pass 0");
	strcpy(entry.options, "noauto");
	usr_plan_make(&plan, &none, &entry);
	ok(!plan.wanted, "noauto is left alone");
}

static void follows_arguments(void)
{
	struct usr_arguments arguments = { .device = "/dev/vg/usr",
					   .root_device = "UUID=1",
					   .root_type = "ext4",
					   .root_flags = "lazytime",
					   .root_read_only = true };
	const struct fstab_entry entry = { .spec = "LABEL=u",
					   .type = "xfs",
					   .options = "nofail" };
	struct usr_plan plan;

	usr_plan_make(&plan, &arguments, &entry);
	is_str(plan.spec, "/dev/vg/usr", "mount.usr= overrides fstab's device");
	is_str(plan.types, "ext4", "... and its type, by the root's");
	is_str(plan.options, "lazytime", "... and its options, by the root's");
	ok(plan.read_only && !plan.nofail && plan.check, "... ro as the root");
	arguments.flags = "rw,noatime";
	usr_plan_make(&plan, &arguments, &entry);
	ok(!plan.read_only, "rw in mount.usrflags= counts");
	arguments.device = NULL;
	usr_plan_make(&plan, &arguments, &entry);
	is_str(plan.spec, "UUID=1", "mount.usrflags= alone means the root's device");
}

int main(void)
{
	finds_entries();
	finds_options();
	follows_fstab();
	follows_arguments();
	return done_testing();
}
