/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dm.c: device-mapper ioctls.
 *
 * How it works: a device is made in three steps: create (name and UUID), load (the table
 * goes to the inactive slot), resume (it becomes the live one, and the kernel sends its
 * uevent). Each ioctl is handed one buffer: the header and behind it the targets, each
 * padded to eight bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/dm-ioctl.h>

#include "init/dm.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/strbuf.h"

enum { TARGET_ALIGN = 8 };

struct dm_request {
	struct dm_ioctl header;
	char room[1024]; /* what the kernel answers with */
};

static void request_init(struct dm_ioctl *header, size_t size, const char *name,
			 const char *uuid)
{
	memset(header, 0, sizeof(*header));
	header->version[0] = DM_VERSION_MAJOR;
	header->data_size = (uint32_t)size;
	header->data_start = sizeof(*header);
	snprintf(header->name, sizeof(header->name), "%s", name);
	if (uuid)
		snprintf(header->uuid, sizeof(header->uuid), "%s", uuid);
}

int dm_open(struct err *err)
{
	/* devtmpfs makes the node as soon as the module is loaded. */
	int fd = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return err_set(err, ENODEV,
			       "the kernel has no device-mapper; is dm-mod loaded?");
	if (fd < 0)
		return err_sys(err, errno, "opening device-mapper's control device");
	return fd;
}

/* Where a device of this name stands already, it must be the same one and live. */
static int dm_existing(int dm_fd, const char *name, const char *uuid, dev_t *devno,
		       struct err *err)
{
	struct dm_request request;

	request_init(&request.header, sizeof(request), name, NULL);
	if (ioctl(dm_fd, DM_DEV_STATUS, &request) < 0)
		return err_sys(err, errno, "asking for device %s", name);
	if (strcmp(request.header.uuid, uuid) != 0)
		return err_set(err, EEXIST,
			       "there is another device %s, with UUID \"%s\"", name,
			       request.header.uuid);
	if (!(request.header.flags & DM_ACTIVE_PRESENT_FLAG))
		return err_set(err, EBUSY, "device %s is there without a table", name);
	*devno = (dev_t)request.header.dev;
	return 0;
}

static void target_add(struct strbuf *targets, const char *line, size_t length)
{
	struct dm_target_spec spec = { .status = 0 };
	unsigned long long start, sectors;
	size_t begin = targets->length;
	int used = 0;

	if (sscanf(line, "%llu %llu %15s %n", &start, &sectors, spec.target_type, &used) <
	    3)
		return;
	spec.sector_start = start;
	spec.length = sectors;
	strbuf_add(targets, &spec, sizeof(spec));
	strbuf_add(targets, line + used, length - (size_t)used);
	do
		strbuf_addc(targets, '\0');
	while ((targets->length - begin) % TARGET_ALIGN);
	spec.next = (uint32_t)(targets->length - begin);
	if (!targets->overflow)
		memcpy(targets->text + begin, &spec, sizeof(spec));
}

static uint32_t targets_add(struct strbuf *targets, const char *table)
{
	uint32_t count = 0;

	while (*table) {
		size_t length = strcspn(table, "\n");

		target_add(targets, table, length);
		count++;
		table += length + (table[length] == '\n');
	}
	return count;
}

static int dm_load(int dm_fd, const char *name, const char *table, bool read_only,
		   struct err *err)
{
	_cleanup_strbuf_ struct strbuf buffer;
	struct dm_ioctl header;
	uint32_t count;

	strbuf_init(&buffer, 0);
	strbuf_add(&buffer, &(struct dm_ioctl){ .version = { 0 } }, sizeof(header));
	count = targets_add(&buffer, table);
	request_init(&header, buffer.length, name, NULL);
	header.target_count = count;
	header.flags = read_only ? DM_READONLY_FLAG : 0;
	if (buffer.overflow)
		return err_sys(err, ENOMEM, "loading the table of %s", name);
	memcpy(buffer.text, &header, sizeof(header));
	if (ioctl(dm_fd, DM_TABLE_LOAD, buffer.text) < 0)
		return err_sys(err, errno, "loading the table of %s", name);
	return 0;
}

static int dm_resume(int dm_fd, const char *name, dev_t *devno, struct err *err)
{
	struct dm_request request;

	request_init(&request.header, sizeof(request), name, NULL);
	if (ioctl(dm_fd, DM_DEV_SUSPEND, &request) < 0)
		return err_sys(err, errno, "resuming device %s", name);
	*devno = (dev_t)request.header.dev;
	return 0;
}

void dm_remove(int dm_fd, const char *name)
{
	struct dm_request request;

	request_init(&request.header, sizeof(request), name, NULL);
	ioctl(dm_fd, DM_DEV_REMOVE, &request);
}

int dm_create(int dm_fd, const char *name, const char *uuid, const char *table,
	      bool read_only, dev_t *devno, struct err *err)
{
	struct dm_request request;
	int result;

	request_init(&request.header, sizeof(request), name, uuid);
	request.header.flags = read_only ? DM_READONLY_FLAG : 0;
	if (ioctl(dm_fd, DM_DEV_CREATE, &request) < 0) {
		if (errno == EBUSY)
			return dm_existing(dm_fd, name, uuid, devno, err);
		return err_sys(err, errno, "creating device %s", name);
	}
	result = dm_load(dm_fd, name, table, read_only, err);
	if (!result)
		result = dm_resume(dm_fd, name, devno, err);
	if (result < 0)
		dm_remove(dm_fd, name);
	return result;
}
