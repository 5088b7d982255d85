/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/uevent.c init/mount_options.c lib/err.c */
/* Kernel events and mount options become plain structs. */
#include <errno.h>
#include <sys/mount.h>

#include "init/mount_options.h"
#include "lib/uevent.h"
#include "tests/unit/tap.h"

static void reads_an_event(void)
{
	char message[] = "add@/devices/pci0/block/vda/vda2\0ACTION=add\0"
			 "DEVPATH=/devices/pci0/block/vda/vda2\0SUBSYSTEM=block\0"
			 "MAJOR=254\0MINOR=2\0DEVNAME=vda2\0DEVTYPE=partition\0"
			 "PARTN=2\0PARTNAME=root disk\0SEQNUM=7";
	struct uevent event;

	is_int(uevent_parse(&event, message, sizeof(message)), 0, "an event is read");
	is_int(event.action, UEVENT_ADD, "its action");
	is_str(event.devpath, "/devices/pci0/block/vda/vda2", "its path");
	is_str(event.subsystem, "block", "its subsystem");
	is_str(event.devname, "vda2", "its node");
	is_str(event.partname, "root disk", "its partition's name");
	is_str(event.modalias, "", "what it has not is empty");
	ok(event.major == 254 && event.minor == 2 && event.partn == 2, "its numbers");
}

static void ignores_what_is_not_the_kernels(void)
{
	char udevs[] = "libudev\0\xfe\xed\xca\xfe";
	char nothing[] = "";
	struct uevent event;

	is_int(uevent_parse(&event, udevs, sizeof(udevs)), -EINVAL, "udev's own format");
	is_int(uevent_parse(&event, nothing, sizeof(nothing)), -EINVAL,
	       "an empty message");
}

static void reads_a_sysfs_attribute(void)
{
	char lines[] = "MAJOR=8\nMINOR=1\nDEVNAME=sda1\nDEVTYPE=partition\nPARTN=1\n";
	struct uevent event;

	uevent_parse_lines(&event, lines);
	is_str(event.devname, "sda1", "a line's value ends at its end");
	is_int(event.action, UEVENT_ADD, "what is there counts as added");
}

static void parts_mount_options(void)
{
	struct mount_options options;

	mount_options_parse(&options, "noatime,data=writeback,rw,,x-systemd.foo,subvol=@",
			    true);
	is_int(options.flags, MS_RDONLY | MS_NOATIME,
	       "flags; ro and rw are other arguments' business");
	is_str(options.data, "data=writeback,subvol=@", "the rest is the file system's");
	mount_options_parse(&options, "", false);
	ok(options.flags == 0 && !options.data[0], "nothing is nothing");
}

int main(void)
{
	reads_an_event();
	ignores_what_is_not_the_kernels();
	reads_a_sysfs_attribute();
	parts_mount_options();
	return done_testing();
}
