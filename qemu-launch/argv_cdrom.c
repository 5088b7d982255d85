/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_cdrom.c: [Cdrom] and [Floppy]: drives whose medium can be taken out. */
#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

/* An image that is only read, or the host's own drive. */
static void add_node(struct argv_build *b, const char *name, size_t i, const char *path,
		     bool read_only)
{
	struct props p;

	props_begin(&p, "raw");
	props_add(&p, "node-name", "%s%zu", name, i);
	if (read_only)
		props_add_switch(&p, "read-only", true);
	props_add(&p, "file.driver", "%s",
		  strncmp(path, "/dev/", 5) ? "file" : "host_cdrom");
	props_add(&p, "file.filename", "%s", path);
	argv_add_props(b->argv, "-blockdev", &p);
}

/* Where QEMU's -cdrom puts it: the second channel's first. */
static int64_t usual_unit(const struct argv_build *b, const struct guest_cdrom *cdrom,
			  enum unit_kind bus)
{
	bool usual = cdrom->unit < 0 && cdrom->controller == 0 && bus != UNIT_SCSI;

	return usual && !b->units->taken[bus][0][2] ? 2 : cdrom->unit;
}

/* usb-storage would be a stick to the guest; behind the bare protocol stands a real CD-ROM drive. */
static int put_on_usb(struct argv_build *b, size_t i, struct props *p, struct err *err)
{
	_cleanup_props_ struct props usb;
	int result;

	props_begin(&usb, "usb-bot");
	result = device_usb(b, &usb, err);
	if (result)
		return result;
	props_add(&usb, "id", "cdrom%zu-usb", i);
	argv_add_props(b->argv, "-device", &usb);
	props_begin(p, "scsi-cd");
	props_add(p, "bus", "cdrom%zu-usb.0", i);
	props_add(p, "scsi-id", "0");
	props_add(p, "lun", "0");
	return 0;
}

static int put(struct argv_build *b, size_t i, struct props *p, struct err *err)
{
	const struct guest_cdrom *cdrom = &b->data->cdrom.items[i];

	switch (device_cdrom_bus(b->setup, cdrom)) {
	case guest_cdrom_bus_scsi:
		props_begin(p, "scsi-cd");
		return device_unit(b, p, UNIT_SCSI, cdrom->controller, cdrom->unit, err);
	case guest_cdrom_bus_sata:
		props_begin(p, "ide-cd");
		return device_unit(b, p, UNIT_SATA, cdrom->controller,
				   usual_unit(b, cdrom, UNIT_SATA), err);
	case guest_cdrom_bus_usb:
		return put_on_usb(b, i, p, err);
	default:
		props_begin(p, "ide-cd");
		return device_unit(b, p, UNIT_IDE, cdrom->controller,
				   usual_unit(b, cdrom, UNIT_IDE), err);
	}
}

static int add_cdrom(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_cdrom *cdrom = &b->data->cdrom.items[i];
	_cleanup_props_ struct props p;
	bool empty = !*cdrom->path;

	if (!empty)
		add_node(b, "cdrom", i, cdrom->path, true);
	if (put(b, i, &p, err))
		return device_fail(b, "Cdrom", "Bus", i, err);
	if (!empty)
		props_add(&p, "drive", "cdrom%zu", i);
	props_add(&p, "id", "cdrom%zu", i);
	if (*cdrom->serial)
		props_add(&p, "serial", "%s", cdrom->serial);
	device_boot_index(&p, cdrom->boot_index);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

int argv_build_cdrom(struct argv_build *b, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < b->data->cdrom.count; i++) {
		argv_from(b->argv, b->guest, "Cdrom", "Path", i);
		result = add_cdrom(b, i, err);
	}
	return result;
}

/* pc has a controller for floppies by itself, q35 has none. */
static int add_fdc(struct argv_build *b, struct err *err)
{
	struct props p;

	if (b->setup->family == SETUP_PC)
		return 0;
	if (b->setup->family != SETUP_Q35)
		return conf_fail(b->guest->conf, "Floppy", "Path", 0, err,
				 "this machine has no floppies");
	props_begin(&p, "isa-fdc");
	props_add(&p, "id", "fdc0");
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

static void add_floppy(struct argv_build *b, size_t i)
{
	const struct guest_floppy *floppy = &b->data->floppy.items[i];
	struct props p;

	if (*floppy->path)
		add_node(b, "floppy", i, floppy->path, floppy->read_only);
	props_begin(&p, "floppy");
	props_add(&p, "unit", "%zu", i);
	if (*floppy->path)
		props_add(&p, "drive", "floppy%zu", i);
	props_add(&p, "id", "floppy%zu", i);
	argv_add_props(b->argv, "-device", &p);
	/* The index is the controller's to know. */
	if (floppy->boot_index)
		argv_add(b->argv, "-global", "isa-fdc.bootindex%c=%lld", i ? 'B' : 'A',
			 (long long)floppy->boot_index);
}

int argv_build_floppy(struct argv_build *b, struct err *err)
{
	size_t count = b->data->floppy.count;
	int result;

	if (!count)
		return 0;
	argv_from(b->argv, b->guest, "Floppy", "Path", 0);
	result = add_fdc(b, err);
	if (!result && count > 2)
		return conf_fail(b->guest->conf, "Floppy", "Path", 2, err,
				 "a machine has two at most");
	for (size_t i = 0; !result && i < count; i++) {
		argv_from(b->argv, b->guest, "Floppy", "Path", i);
		add_floppy(b, i);
	}
	return result;
}
