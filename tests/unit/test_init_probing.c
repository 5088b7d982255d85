/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/probing.c init/loader.c lib/module_plan.c lib/file.c lib/err.c lib/strbuf.c lib/log.c */
/* Drivers that are being loaded are found by what sysfs says is above a disk. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/probing.h"
#include "lib/file.h"
#include "tests/unit/tap.h"

static char root[] = "/tmp/bedplate-test-XXXXXX";
static int root_fd;

static void driver(const char *device, const char *name, const char *module)
{
	char path[256], target[128];

	snprintf(path, sizeof(path), "sys/devices/%s", device);
	file_make_dirs(root_fd, path, NULL);
	snprintf(path, sizeof(path), "drivers/%s", name);
	file_make_dirs(root_fd, path, NULL);
	if (module) {
		snprintf(path, sizeof(path), "drivers/%s/module", name);
		snprintf(target, sizeof(target), "../../../../module/%s", module);
		symlinkat(target, root_fd, path);
	}
	snprintf(path, sizeof(path), "sys/devices/%s/driver", device);
	snprintf(target, sizeof(target), "%s/drivers/%s", root, name);
	ok(symlinkat(target, root_fd, path) == 0, "%s is driven by %s", device, name);
}

static void block(const char *name, const char *device)
{
	char path[128], target[256];

	file_make_dirs(root_fd, "sys/class/block", NULL);
	snprintf(path, sizeof(path), "sys/class/block/%s", name);
	snprintf(target, sizeof(target), "../../devices/%s/block/%s", device, name);
	ok(symlinkat(target, root_fd, path) == 0, "%s is there", name);
}

int main(void)
{
	struct device disk = { .name = "vda" },
		      part = { .name = "sda1", .parent = "sda" };
	struct device *items[] = { &disk, &part };
	struct devices devices = { .items = items, .count = 2 };
	const unsigned itself[] = { 0, 1, 2 };
	static struct loader loader;
	struct err err = ERR_INIT;
	char command[64];

	if (!mkdtemp(root))
		return 1;
	devices.root_fd = root_fd = open(root, O_RDONLY | O_DIRECTORY);
	is_int(loader_open(&loader, root_fd, &err), 0, "a loader");
	driver("pci0000:00/0000:00:03.0", "virtio-pci", NULL);
	driver("pci0000:00/0000:00:03.0/virtio0", "virtio_blk", "virtio_blk");
	driver("pci0000:00/0000:00:04.0", "ahci", "ahci");
	block("vda", "pci0000:00/0000:00:03.0/virtio0");
	block("sda1", "pci0000:00/0000:00:04.0/ata1/host0/target0:0:0/0:0:0:0");
	ok(!probing_disks(&devices, &loader), "nothing is being loaded");
	/* Modules that come after themselves are never finished. */
	loader_add(&loader, "ahci.ko", "", itself, 1);
	ok(!probing_disks(&devices, &loader), "a driver of other disks does not count");
	loader_add(&loader, "virtio_pci.ko", "", itself + 1, 1);
	ok(probing_disks(&devices, &loader), "one that a disk hangs on does");
	loader.modules[1]->state = MODULE_LOADED;
	ok(!probing_disks(&devices, &loader), "and does not when it is done");
	loader_add(&loader, "virtio_blk.ko", "", itself + 2, 1);
	ok(probing_disks(&devices, &loader),
	   "nor does one's own driver's first look end unseen");
	disk.name[2] = 'z';
	ok(!probing_disks(&devices, &loader), "nor does a disk that has gone");
	close(root_fd);
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command) ? 1 : done_testing();
}
