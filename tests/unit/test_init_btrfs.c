/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/btrfs.c */
/* Of a btrfs on several devices it is known how many are there. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/btrfs.h"
#include "tests/unit/tap.h"

static char root[] = "/tmp/bedplate-test-XXXXXX";
static int root_fd;

/* The size of the fake devices; the real one comes from sysfs. */
uint64_t device_size(const struct devices *devices, const struct device *device)
{
	struct stat st;
	char path[DEVICE_NAME_MAX + 8];

	snprintf(path, sizeof(path), "dev/%s", device->node);
	return fstatat(devices->root_fd, path, &st, 0) < 0 ? 0 : (uint64_t)st.st_size;
}

static void super_bytes(unsigned char *bytes, char id, unsigned char count,
			unsigned char number)
{
	memset(bytes, 0, BTRFS_SUPER_SIZE);
	memset(bytes + 0x20, id, BTRFS_ID_SIZE);
	memcpy(bytes + 0x40, "_BHRfS_M", 8);
	bytes[0x88] = count;
	bytes[0xc9] = number;
}

static void put(struct devices *devices, const char *name, const unsigned char *bytes)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "dev/%s", name);
	fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ok(ftruncate(fd, 1 << 20) == 0, "a device %s", name);
	if (bytes)
		ok(pwrite(fd, bytes, BTRFS_SUPER_SIZE, BTRFS_SUPER_OFFSET) > 0,
		   "... with a superblock");
	close(fd);
	devices->items[devices->count] = calloc(1, sizeof(struct device));
	snprintf(devices->items[devices->count++]->node, DEVICE_NAME_MAX, "%s", name);
}

static void reads_superblocks(void)
{
	unsigned char bytes[BTRFS_SUPER_SIZE];
	struct btrfs_super super;

	super_bytes(bytes, 'a', 3, 2);
	ok(btrfs_super_parse(&super, bytes, sizeof(bytes)), "a superblock is known");
	is_int(super.device_count, 3, "... with its number of devices");
	is_int(super.device, 2, "... and which of them it is on");
	ok(!btrfs_super_parse(&super, bytes, 100), "half of one is none");
	bytes[0x40] = 'x';
	ok(!btrfs_super_parse(&super, bytes, sizeof(bytes)),
	   "one without its name is none");
}

static void counts_devices(void)
{
	struct device *items[8];
	struct devices devices = { .root_fd = root_fd, .items = items };
	unsigned char bytes[BTRFS_SUPER_SIZE];
	struct btrfs_count count;

	super_bytes(bytes, 'a', 3, 1);
	put(&devices, "a1", bytes);
	put(&devices, "a1-by-another-path", bytes);
	super_bytes(bytes, 'b', 1, 1);
	put(&devices, "b", bytes);
	put(&devices, "nothing", NULL);
	count = btrfs_count_devices(&devices, items[0]);
	is_int(count.wanted, 3, "three devices are wanted");
	is_int(count.there, 1, "one is there, on two paths");
	super_bytes(bytes, 'a', 3, 2);
	put(&devices, "a2", bytes);
	is_int(btrfs_count_devices(&devices, items[0]).there, 2, "a second has come");
	count = btrfs_count_devices(&devices, items[2]);
	ok(count.wanted == 1 && count.there == 1, "a btrfs of one device is whole");
	count = btrfs_count_devices(&devices, items[3]);
	ok(count.wanted == 0 && count.there == 0, "what is no btrfs lacks nothing");
	for (size_t i = 0; i < devices.count; i++) {
		char path[DEVICE_NAME_MAX + 8];

		snprintf(path, sizeof(path), "dev/%s", items[i]->node);
		unlinkat(root_fd, path, 0);
		free(items[i]);
	}
}

int main(void)
{
	if (!mkdtemp(root))
		return 1;
	root_fd = open(root, O_PATH | O_DIRECTORY);
	mkdirat(root_fd, "dev", 0755);
	reads_superblocks();
	counts_devices();
	unlinkat(root_fd, "dev", AT_REMOVEDIR);
	rmdir(root);
	return done_testing();
}
