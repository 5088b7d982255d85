/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_disk.c: [Disk]: the block node with the image, the device that the guest sees. */
#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"
#include "qemu-launch/disk_image.h"

static bool has_limits(const struct guest_disk *disk)
{
	return disk->read_bps || disk->write_bps || disk->read_iops || disk->write_iops;
}

static void add_node(struct argv_build *b, size_t i)
{
	const struct guest_disk *disk = &b->data->disk.items[i];
	bool direct = disk_image_is_direct(disk);
	_cleanup_strbuf_ struct strbuf path;
	struct props p;

	strbuf_init(&path, 0);
	disk_image_path(disk, i, b->setup, &path);
	props_begin(&p, disk_image_node_format(disk, i, b->setup));
	props_add(&p, "node-name", "disk%zu", i);
	if (disk->read_only)
		props_add_switch(&p, "read-only", true);
	if (disk->discard != guest_disk_discard_auto)
		device_word(&p, "discard", "Disk", "Discard", disk->discard);
	if (disk->detect_zeroes != guest_disk_detect_zeroes_off)
		device_word(&p, "detect-zeroes", "Disk", "DetectZeroes",
			    disk->detect_zeroes);
	if (direct)
		props_add_switch(&p, "cache.direct", true);
	if (disk->cache == guest_disk_cache_unsafe)
		props_add_switch(&p, "cache.no-flush", true);
	props_add(&p, "file.driver",
		  disk_image_is_device(path.text) ? "host_device" : "file");
	props_add(&p, "file.filename", "%s", path.text);
	if (disk->aio != guest_disk_aio_auto)
		props_add(&p, "file.aio", "%s",
			  device_plain_word("Disk", "Aio", disk->aio));
	else if (direct)
		props_add(&p, "file.aio", "native");
	argv_add_props(b->argv, "-blockdev", &p);
}

/* A node in front of the image's that keeps to the limits; guests' disks share none. */
static void add_limit(struct argv_build *b, size_t i)
{
	const struct guest_disk *disk = &b->data->disk.items[i];
	const struct {
		const char *key;
		uint64_t value;
	} limits[] = {
		{ "x-bps-read", disk->read_bps },
		{ "x-bps-write", disk->write_bps },
		{ "x-iops-read", (uint64_t)disk->read_iops },
		{ "x-iops-write", (uint64_t)disk->write_iops },
	};
	struct props p;

	props_begin(&p, "throttle-group");
	props_add(&p, "id", "limit%zu", i);
	for (size_t j = 0; j < ARRAY_SIZE(limits); j++)
		if (limits[j].value)
			props_add(&p, limits[j].key, "%llu",
				  (unsigned long long)limits[j].value);
	argv_add_props(b->argv, "-object", &p);
	props_begin(&p, "throttle");
	props_add(&p, "node-name", "disk%zu-limit", i);
	props_add(&p, "throttle-group", "limit%zu", i);
	props_add(&p, "file", "disk%zu", i);
	argv_add_props(b->argv, "-blockdev", &p);
}

/* What a disk on any bus may have. */
static void add_common(const struct guest_disk *disk, struct props *p)
{
	if (*disk->serial)
		props_add(p, "serial", "%s", disk->serial);
	device_boot_index(p, disk->boot_index);
	if (disk->shareable)
		props_add_switch(p, "share-rw", true);
	if (disk->cache == guest_disk_cache_writethrough ||
	    disk->cache == guest_disk_cache_directsync)
		props_add_switch(p, "write-cache", false);
	device_size(p, "logical_block_size", disk->logical_block_size);
	device_size(p, "physical_block_size", disk->physical_block_size);
	if (disk->write_error != guest_disk_write_error_auto)
		device_word(p, "werror", "Disk", "WriteError", disk->write_error);
	if (disk->read_error != guest_disk_read_error_auto)
		device_word(p, "rerror", "Disk", "ReadError", disk->read_error);
}

static void add_ata_scsi(const struct guest_disk *disk, struct props *p)
{
	if (*disk->wwn)
		props_add(p, "wwn", "0x%s", disk->wwn);
	if (disk->rotation_rate)
		props_add(p, "rotation_rate", "%lld", (long long)disk->rotation_rate);
}

static int put_virtio(struct argv_build *b, const struct guest_disk *disk,
		      struct props *p, struct err *err)
{
	device_virtio(b, p, "virtio-blk");
	if (disk->queues)
		props_add(p, "num-queues", "%lld", (long long)disk->queues);
	if (disk->iothread)
		props_add(p, "iothread", "iothread%lld", (long long)disk->iothread);
	return device_place(b, p, &disk->slot, PCI_REGION_OTHER, err);
}

/* NVMe's specification wants a serial number. */
static int put_nvme(struct argv_build *b, const struct guest_disk *disk, struct props *p,
		    struct err *err)
{
	props_begin(p, "nvme");
	if (!*disk->serial)
		props_add(p, "serial", "disk%zu", (size_t)(disk - b->data->disk.items));
	if (disk->queues)
		props_add(p, "max_ioqpairs", "%lld", (long long)disk->queues);
	return device_place(b, p, &disk->slot, PCI_REGION_OTHER, err);
}

static int put_scsi(struct argv_build *b, const struct guest_disk *disk, struct props *p,
		    struct err *err)
{
	props_begin(p, "scsi-hd");
	add_ata_scsi(disk, p);
	return device_unit(b, p, UNIT_SCSI, disk->controller, disk->unit, err);
}

static int put_sata(struct argv_build *b, const struct guest_disk *disk, struct props *p,
		    struct err *err)
{
	props_begin(p, "ide-hd");
	add_ata_scsi(disk, p);
	return device_unit(b, p, UNIT_SATA, disk->controller, disk->unit, err);
}

static int put_ide(struct argv_build *b, const struct guest_disk *disk, struct props *p,
		   struct err *err)
{
	props_begin(p, "ide-hd");
	add_ata_scsi(disk, p);
	return device_unit(b, p, UNIT_IDE, disk->controller, disk->unit, err);
}

static int put_usb(struct argv_build *b, const struct guest_disk *disk, struct props *p,
		   struct err *err)
{
	(void)disk;
	props_begin(p, "usb-storage");
	return device_usb(b, p, err);
}

/* In the order of Bus='s words. */
static int (*const put[])(struct argv_build *b, const struct guest_disk *disk,
			  struct props *p, struct err *err) = {
	[guest_disk_bus_virtio] = put_virtio, [guest_disk_bus_scsi] = put_scsi,
	[guest_disk_bus_nvme] = put_nvme,     [guest_disk_bus_sata] = put_sata,
	[guest_disk_bus_ide] = put_ide,       [guest_disk_bus_usb] = put_usb,
};

static int check_disk(const struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_disk *disk = &b->data->disk.items[i];

	if (!*disk->path)
		return conf_fail(b->guest->conf, "Disk", "Path", i, err,
				 "it does not say what the disk is");
	if (disk->aio == guest_disk_aio_native && !disk_image_is_direct(disk)) {
		conf_fail(b->guest->conf, "Disk", "Aio", i, err,
			  "native goes around the host's cache");
		return err_hint(err, "Cache=none, or another Aio=");
	}
	return 0;
}

static int add_device(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_disk *disk = &b->data->disk.items[i];
	_cleanup_props_ struct props p;
	int result = put[disk->bus](b, disk, &p, err);

	if (result)
		return device_fail(b, "Disk", "Bus", i, err);
	props_add(&p, "drive", has_limits(disk) ? "disk%zu-limit" : "disk%zu", i);
	props_add(&p, "id", "disk%zu", i);
	add_common(disk, &p);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

int argv_build_disk(struct argv_build *b, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < b->data->disk.count; i++) {
		argv_from(b->argv, b->guest, "Disk", "Path", i);
		result = check_disk(b, i, err);
		if (result)
			break;
		add_node(b, i);
		if (has_limits(&b->data->disk.items[i]))
			add_limit(b, i);
		result = add_device(b, i, err);
	}
	return result;
}
