/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor-init.c: the least that an init can do: what the benchmark measures ours against.
 *
 * Everything is known beforehand: floor.h, which tests/bench/floor writes for one image and
 * one disk, has the modules in their order, the volume's table and the root's type.
 * Nothing is looked for, checked, told or tidied up; what fails, panics.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/dm-ioctl.h>

#include "floor.h"

static const char *const modules[] = { FLOOR_MODULES };

static void load_modules(void)
{
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		int fd = open(modules[i], O_RDONLY | O_CLOEXEC);

		syscall(SYS_finit_module, fd, "", 0);
		close(fd);
	}
}

/* One request: the header, a target and its parameters. */
static struct {
	struct dm_ioctl header;
	struct dm_target_spec target;
	char parameters[64];
} request;

static void dm_do(int fd, unsigned long command, uint32_t targets)
{
	memset(&request.header, 0, sizeof(request.header));
	request.header.version[0] = DM_VERSION_MAJOR;
	request.header.data_size = sizeof(request);
	request.header.data_start = sizeof(request.header);
	request.header.target_count = targets;
	request.header.flags = targets ? DM_READONLY_FLAG : 0;
	strcpy(request.header.name, FLOOR_NAME);
	if (command == DM_DEV_CREATE)
		strcpy(request.header.uuid, FLOOR_UUID);
	ioctl(fd, command, &request);
}

static void map_volume(void)
{
	int fd = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);

	dm_do(fd, DM_DEV_CREATE, 0);
	request.target.sector_start = 0;
	request.target.length = FLOOR_SECTORS;
	strcpy(request.target.target_type, "linear");
	strcpy(request.parameters, FLOOR_PARAMETERS);
	dm_do(fd, DM_TABLE_LOAD, 1);
	dm_do(fd, DM_DEV_SUSPEND, 0);
	close(fd);
}

int main(int argc, char **argv)
{
	(void)argc;
	mount("dev", "/dev", "devtmpfs", MS_NOSUID, "mode=755");
	load_modules();
	map_volume();
	mkdir("/sysroot", 0755);
	mount("/dev/dm-0", "/sysroot", FLOOR_TYPE, MS_RDONLY, NULL);
	mount("/dev", "/sysroot/dev", NULL, MS_MOVE, NULL);
	if (chdir("/sysroot") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 ||
	    chroot(".") < 0)
		return 1;
	argv[0] = "/bench-init";
	execv(argv[0], argv);
	return 1;
}
