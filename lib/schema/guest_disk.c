/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_disk.c: the rules of a guest's disks and drives, and of their controllers. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/schema/guest_rule.h"

/* A disk of the bus stands on an [Controller], or on one that the machine has itself. */
static bool is_virtio(enum guest_disk_bus bus)
{
	return bus == guest_disk_bus_virtio || bus == guest_disk_bus_scsi;
}

static int check_place(const struct guest_conf *data, const struct conf *conf, size_t i,
		       struct err *err)
{
	const struct guest_disk *disk = &data->disk.items[i];
	enum guest_family family = guest_family(data);
	bool is_ata = disk->bus == guest_disk_bus_sata || disk->bus == guest_disk_bus_ide;
	bool has_wwn = disk->bus == guest_disk_bus_scsi || is_ata;
	const struct guest_rule rows[] = {
		{ !*disk->path, "Disk", "Path", "the disk is missing",
		  "Path=/dev/vg0/web, or a file" },
		{ disk->bus == guest_disk_bus_ide && family == GUEST_FAMILY_Q35, "Disk",
		  "Bus", "q35 has no IDE", "Bus=sata" },
		{ disk->bus == guest_disk_bus_ide &&
			  (family == GUEST_FAMILY_VIRT || family == GUEST_FAMILY_MICROVM),
		  "Disk", "Bus", "this machine has no IDE", "Bus=virtio" },
		{ disk->bus != guest_disk_bus_virtio && family == GUEST_FAMILY_MICROVM,
		  "Disk", "Bus", "a microvm has virtio disks only", "Bus=virtio" },
		{ disk->bus == guest_disk_bus_ide &&
			  (disk->controller > 1 || disk->unit > 1),
		  "Disk", disk->unit > 1 ? "Unit" : "Controller",
		  "IDE has two controllers of two places each", "0 or 1" },
		{ disk->iothread && disk->bus != guest_disk_bus_virtio, "Disk",
		  "Iothread", "only virtio disks have a thread",
		  "Bus=virtio, or Iothread= of a [Controller] with Type=scsi" },
		{ disk->iothread > data->cpu.iothreads, "Disk", "Iothread",
		  "there are not as many threads", "Iothreads= in [Cpu]" },
		{ disk->queues && !is_virtio(disk->bus), "Disk", "Queues",
		  "only virtio disks have several", "Bus=virtio" },
		/* QEMU's ide-hd, which is both, refuses such an image. */
		{ disk->read_only && is_ata, "Disk", "ReadOnly",
		  "QEMU has IDE and SATA disks only for reading and writing",
		  "another Bus=, Volatile=yes, or a [Cdrom]" },
		{ *disk->wwn && !has_wwn, "Disk", "Wwn",
		  "a disk on this bus has no world-wide name", "Serial=" },
		{ *disk->wwn && (strlen(disk->wwn) != 16 ||
				 strspn(disk->wwn, "0123456789abcdefABCDEF") != 16),
		  "Disk", "Wwn", "it has not 16 hexadecimal digits",
		  "such as 5000c50015ea71ac" },
		{ strlen(disk->serial) > 20, "Disk", "Serial",
		  "it is longer than 20 characters", "the guest would see it cut" },
	};

	return guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
}

static int check_content(const struct guest_conf *data, const struct conf *conf, size_t i,
			 struct err *err)
{
	const struct guest_disk *disk = &data->disk.items[i];
	const char *end = strrchr(disk->path, '.');
	bool qcow2 =
		disk->format == guest_disk_format_qcow2 ||
		(disk->format == guest_disk_format_auto && end && !strcmp(end, ".qcow2"));
	bool direct = disk->cache == guest_disk_cache_auto ||
		      disk->cache == guest_disk_cache_none ||
		      disk->cache == guest_disk_cache_directsync;
	const struct guest_rule rows[] = {
		{ *disk->backing && !qcow2, "Disk", "Backing",
		  "only a qcow2 can lie over another", "Format=qcow2" },
		{ disk->backing_format && !*disk->backing, "Disk", "BackingFormat",
		  "there is no Backing= that it could be of", "Backing=" },
		{ !strncmp(disk->path, "/dev/", 5) && disk->size, "Disk", "Size",
		  "a block device has its own size", "leave it out" },
		{ disk->aio == guest_disk_aio_native && !direct, "Disk", "Aio",
		  "native needs Cache=none or directsync", "Cache=none" },
		{ disk->read_only && disk->volatile_, "Disk", "Volatile",
		  "a disk that is only read has nothing to forget", "ReadOnly=no" },
		{ disk->shareable && qcow2 && !disk->read_only, "Disk", "Shareable",
		  "two guests that write to one qcow2 destroy it", "Format=raw" },
		{ disk->physical_block_size &&
			  disk->physical_block_size < disk->logical_block_size,
		  "Disk", "PhysicalBlockSize",
		  "it is less than LogicalBlockSize=", "4096 and 512 are usual" },
		{ (disk->logical_block_size & (disk->logical_block_size - 1)) ||
			  (disk->logical_block_size && disk->logical_block_size < 512),
		  "Disk", "LogicalBlockSize", "it is no power of two from 512 on",
		  "512 or 4096" },
	};

	return guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
}

int guest_check_disks(const struct guest_conf *data, const struct conf *conf,
		      struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->disk.count; i++) {
		result = check_place(data, conf, i, err);
		if (!result)
			result = check_content(data, conf, i, err);
		for (size_t j = 0; !result && j < i; j++)
			if (!strcmp(data->disk.items[i].path, data->disk.items[j].path) &&
			    !data->disk.items[i].read_only)
				result = conf_refuse(conf, "Disk", "Path", i, err,
						     "each [Disk] has its own",
						     "a [Disk] in front has it already");
	}
	return result;
}

static int check_controllers(const struct guest_conf *data, const struct conf *conf,
			     struct err *err)
{
	bool small = guest_family(data) == GUEST_FAMILY_MICROVM;
	int result = 0;

	for (size_t i = 0; !result && i < data->controller.count; i++) {
		const struct guest_controller *row = &data->controller.items[i];
		bool scsi = row->type == guest_controller_type_scsi;
		const struct guest_rule rows[] = {
			{ small, "Controller", "Type", "a microvm has no controllers",
			  "virtio disks need none" },
			{ row->iothread > data->cpu.iothreads, "Controller", "Iothread",
			  "there are not as many threads", "Iothreads= in [Cpu]" },
			{ row->iothread && !scsi, "Controller", "Iothread",
			  "only virtio-scsi has a thread", "Type=scsi" },
			{ row->queues && !scsi, "Controller", "Queues",
			  "only virtio-scsi has queues", "Type=scsi" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
	}
	return result;
}

int guest_check_drives(const struct guest_conf *data, const struct conf *conf,
		       struct err *err)
{
	enum guest_family family = guest_family(data);
	bool small = family == GUEST_FAMILY_MICROVM;
	int result = 0;

	for (size_t i = 0; !result && i < data->cdrom.count; i++) {
		const struct guest_cdrom *row = &data->cdrom.items[i];
		const struct guest_rule rows[] = {
			{ small, "Cdrom", "Path", "a microvm has no CD-ROM drive",
			  "a [Disk] with ReadOnly=yes" },
			{ row->bus == guest_cdrom_bus_ide && family == GUEST_FAMILY_Q35,
			  "Cdrom", "Bus", "q35 has no IDE", "Bus=sata" },
			{ row->bus == guest_cdrom_bus_ide && family == GUEST_FAMILY_VIRT,
			  "Cdrom", "Bus", "this machine has no IDE", "Bus=scsi" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
	}
	for (size_t i = 0; !result && i < data->floppy.count; i++) {
		const struct guest_rule rows[] = {
			{ small || family == GUEST_FAMILY_VIRT, "Floppy", "Path",
			  "this machine has no floppy disk drive", "pc and q35 have" },
			{ i > 1, "Floppy", "Path", "there are two drives at most",
			  "leave it out" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
	}
	return result ? result : check_controllers(data, conf, err);
}
