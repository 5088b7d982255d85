/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_machine.h: a fake machine with physical volumes, for the unit tests of what /init makes of
 * them. */
#ifndef BEDPLATE_TESTS_LVM_MACHINE_H
#define BEDPLATE_TESTS_LVM_MACHINE_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "init/device.h"
#include "tests/unit/lvm_disk.h"

/* device.c's other half, which needs libblkid and is not asked here. */
void device_probe(struct devices *devices, struct device *device)
{
	(void)devices, (void)device;
}

void device_probe_for_hint(struct devices *devices, struct device *device)
{
	(void)devices, (void)device;
}

void device_probe_partition(struct devices *devices, struct device *device)
{
	(void)devices, (void)device;
}

#define UUID(letter)                                                            \
	letter letter letter letter letter letter                               \
		"-" letter letter letter letter "-" letter letter letter letter \
		"-" letter letter letter letter "-" letter letter letter letter \
		"-" letter letter letter letter                                 \
		"-" letter letter letter letter letter letter
#define PV(key, letter)                                                         \
	key " {\nid = \"" UUID(letter) "\"\nstatus = [\"ALLOCATABLE\"]\nflags " \
				       "= []\npe_start = 8\npe_count = 9\n}\n"
#define GROUP(name, letter, seqno, pvs)                                               \
	name " {\nid = \"" UUID(letter) "\"\nseqno = " seqno                          \
					"\nstatus = [\"READ\"]\nextent_size = 8\n"    \
					"physical_volumes {\n" pvs                    \
					"}\nlogical_volumes {\nroot {\nid = \"" UUID( \
						"L") "\"\nstatus = [\"READ\", "       \
						     "\"WRITE\", \"VISIBLE\"]\n"      \
						     "flags = []\nread_ahead = 512\n" \
						     "segment_count = 1\nsegment1 "   \
						     "{\nstart_extent = "             \
						     "0\nextent_count = 2\ntype "     \
						     "= \"striped\"\n"                \
						     "stripe_count = 1\nstripes = "   \
						     "[\n\"pv0\", 1\n]\n}\n}\n}\n}\n"

enum { DISKS_MAX = 4 };

struct machine {
	char root[64];
	struct device items[DISKS_MAX];
	struct device *pointers[DISKS_MAX];
	struct devices devices;
};

static inline void machine_init(struct machine *machine)
{
	*machine = (struct machine){ .root = "/tmp/test-lvm-XXXXXX" };
	if (!mkdtemp(machine->root))
		abort();
	machine->devices.root_fd = open(machine->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	machine->devices.items = machine->pointers;
	for (const char *const *dir = (const char *const[]){ "dev", "sys", "sys/class",
							     "sys/class/block", NULL };
	     *dir; dir++)
		mkdirat(machine->devices.root_fd, *dir, 0755);
}

/* Plugs a disk in: its PV's letter, the group's text, and how many sectors more than the label
 * says the device has. */
static inline void plug(struct machine *machine, char letter, const char *text,
			unsigned more)
{
	size_t number = machine->devices.count++;
	struct device *device = &machine->items[number];
	int root_fd = machine->devices.root_fd;
	char path[128], size[32];
	int fd;

	machine->pointers[number] = device;
	snprintf(device->name, sizeof(device->name), "vd%c", 'a' + (int)number);
	strcpy(device->node, device->name);
	device->devno = makedev(254, 16 * (unsigned)number);
	device->pv_known = device->is_pv = true;
	snprintf(path, sizeof(path), "dev/%s", device->node);
	fd = openat(root_fd, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	munmap(put_disk(fd, letter, text, text), DISK_SIZE);
	close(fd);
	snprintf(path, sizeof(path), "sys/class/block/%s", device->name);
	mkdirat(root_fd, path, 0755);
	snprintf(path, sizeof(path), "sys/class/block/%s/size", device->name);
	snprintf(size, sizeof(size), "%u\n", DISK_SIZE / 512 + more);
	fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (write(fd, size, strlen(size)) < 0)
		abort();
	close(fd);
}

static inline void machine_release(struct machine *machine)
{
	char command[128];

	close(machine->devices.root_fd);
	snprintf(command, sizeof(command), "rm -rf %s", machine->root);
	if (system(command))
		abort();
}

#endif
