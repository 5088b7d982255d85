/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nbd.c: the kernel's network block devices: kernel Documentation/admin-guide/blockdev/nbd.rst. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "qemu-launch/nbd.h"

static const char folder[] = "sys/block";

bool nbd_is_connected(int root_fd, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%.31s/pid", folder, name);
	return file_exists(root_fd, path);
}

bool nbd_is_there(int root_fd, const char *name)
{
	char path[128], size[32] = "0";

	snprintf(path, sizeof(path), "%s/%.31s/size", folder, name);
	return nbd_is_connected(root_fd, name) &&
	       !file_read_line(root_fd, path, size, sizeof(size), NULL) &&
	       strcmp(size, "0") != 0;
}

/* sysfs has the thread's number, pidfds are of processes. */
int nbd_open_server(int root_fd, const char *name)
{
	_cleanup_strbuf_ struct strbuf status;
	char path[128], thread[16] = "";
	const char *group;

	strbuf_init(&status, 65536);
	snprintf(path, sizeof(path), "%s/%.31s/pid", folder, name);
	if (file_read_line(root_fd, path, thread, sizeof(thread), NULL))
		return -1;
	snprintf(path, sizeof(path), "proc/%d/status", atoi(thread));
	if (file_read(root_fd, path, &status, NULL) ||
	    strncmp(status.text, "Name:\tqemu-nbd\n", 15) != 0)
		return -1;
	group = strstr(status.text, "\nTgid:");
	return group ? (int)syscall(SYS_pidfd_open, atoi(group + 6), 0) : -1;
}

static bool is_nbd(const char *name)
{
	return !strncmp(name, "nbd", 3) && name[3] >= '0' && name[3] <= '9' &&
	       strlen(name) < 16;
}

int nbd_find_free(int root_fd, const struct names *taken, char name[NBD_NAME_MAX],
		  struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	bool any = false;

	if (names_read(&names, root_fd, folder))
		return err_sys(err, ENOMEM, "looking for /dev/nbd0");
	for (size_t i = 0; i < names.count; i++) {
		if (!is_nbd(names.items[i]))
			continue;
		any = true;
		if (nbd_is_connected(root_fd, names.items[i]) ||
		    names_have(taken, names.items[i]))
			continue;
		snprintf(name, NBD_NAME_MAX, "%s", names.items[i]);
		return 0;
	}
	if (any)
		return err_set(err, EBUSY, "all network block devices are in use");
	err_set(err, ENODEV, "the kernel has no network block devices");
	err_hint(err, "modprobe nbd max_part=16");
	return -ENODEV;
}

static bool has_part(int root_fd, const char *device, const char *part)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%.31s/%.31s/partition", folder, device, part);
	return file_exists(root_fd, path);
}

int nbd_find_part(int root_fd, const char *device, const char *partition,
		  char name[NBD_NAME_MAX], struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	char path[64];
	size_t count = 0;

	snprintf(path, sizeof(path), "%s/%.31s", folder, device);
	snprintf(name, NBD_NAME_MAX, "%.15sp%.15s", device, partition);
	if (*partition)
		return has_part(root_fd, device, name)
			       ? 0
			       : err_set(err, ENOENT, "it has no partition %.15s",
					 partition);
	if (names_read(&names, root_fd, path))
		return err_sys(err, ENOMEM, "looking for partitions");
	snprintf(name, NBD_NAME_MAX, "%.15s", device);
	for (size_t i = 0; i < names.count; i++)
		if (has_part(root_fd, device, names.items[i]) && !count++)
			snprintf(name, NBD_NAME_MAX, "%.31s", names.items[i]);
	if (count < 2)
		return 0;
	err_set(err, EINVAL, "it has %zu partitions", count);
	return err_hint(err, "--partition says which");
}

void nbd_connect_argv(const char *argv[NBD_ARGS], const char *device, const char *image,
		      const char *format, bool writable)
{
	size_t count = 0;

	argv[count++] = "qemu-nbd";
	argv[count++] = "--connect";
	argv[count++] = device;
	argv[count++] = "--format";
	argv[count++] = format;
	if (!writable)
		argv[count++] = "--read-only";
	argv[count++] = "--";
	argv[count++] = image;
	argv[count] = NULL;
}
