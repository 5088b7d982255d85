/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_controller.c: [Controller], the controllers that other devices need, and free root ports. */
#include <errno.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

/* Keeps the units that the file names from being given to devices that name none. */
static void reserve(struct argv_units *units, enum unit_kind kind, int64_t controller,
		    int64_t unit)
{
	if (controller >= 0 && controller < UNIT_CONTROLLERS && unit >= 0 &&
	    unit < UNIT_MAX)
		units->reserved[kind][controller][unit] = true;
}

static const int disk_kinds[] = {
	[guest_disk_bus_virtio] = -1,    [guest_disk_bus_scsi] = UNIT_SCSI,
	[guest_disk_bus_nvme] = -1,      [guest_disk_bus_sata] = UNIT_SATA,
	[guest_disk_bus_ide] = UNIT_IDE, [guest_disk_bus_usb] = -1,
};
static const int cdrom_kinds[] = {
	[guest_cdrom_bus_auto] = -1,        [guest_cdrom_bus_ide] = UNIT_IDE,
	[guest_cdrom_bus_sata] = UNIT_SATA, [guest_cdrom_bus_scsi] = UNIT_SCSI,
	[guest_cdrom_bus_usb] = -1,
};

/* Reserves units, and says of which kinds there are devices. */
static void look(struct argv_build *b, bool wanted[UNIT_KINDS])
{
	for (size_t i = 0; i < b->data->disk.count; i++) {
		const struct guest_disk *disk = &b->data->disk.items[i];
		int kind = disk_kinds[disk->bus];

		if (kind < 0)
			continue;
		wanted[kind] = true;
		reserve(b->units, kind, disk->controller, disk->unit);
	}
	for (size_t i = 0; i < b->data->cdrom.count; i++) {
		const struct guest_cdrom *cdrom = &b->data->cdrom.items[i];
		int kind = cdrom_kinds[device_cdrom_bus(b->setup, cdrom)];

		if (kind < 0)
			continue;
		wanted[kind] = true;
		reserve(b->units, kind, cdrom->controller, cdrom->unit);
	}
	for (size_t i = 0; i < b->data->channel.count; i++) {
		wanted[UNIT_SERIAL] = true;
		if (b->data->channel.items[i].number)
			reserve(b->units, UNIT_SERIAL, 0,
				b->data->channel.items[i].number);
	}
	for (size_t i = 0; i < b->data->serial.count; i++)
		wanted[UNIT_SERIAL] |=
			b->data->serial.items[i].device == guest_serial_device_virtio;
	wanted[UNIT_SERIAL] |= device_wants_spice_channel(b->data);
}

static const struct {
	const char *stem, *id;
	bool virtio;
} models[] = {
	[UNIT_SCSI] = { "virtio-scsi", "scsi", true },
	[UNIT_SATA] = { "ich9-ahci", "sata", false },
	[UNIT_SERIAL] = { "virtio-serial", "virtio-serial", true },
};

/* `row` NULL: one that the file does not name. */
static int add_controller(struct argv_build *b, enum unit_kind kind,
			  const struct guest_controller *row, struct err *err)
{
	static const struct pci_address anywhere;
	unsigned number = b->units->controllers[kind];
	_cleanup_props_ struct props p;
	int result;

	if (row && *row->model)
		props_begin(&p, row->model);
	else if (models[kind].virtio)
		device_virtio(b, &p, models[kind].stem);
	else
		props_begin(&p, models[kind].stem);
	if (number >= UNIT_CONTROLLERS)
		return err_set(err, ENOSPC, "no machine has more than %d",
			       UNIT_CONTROLLERS);
	props_add(&p, "id", "%s%u", models[kind].id, number);
	result = device_place(b, &p, row ? &row->slot : &anywhere, PCI_REGION_OTHER, err);
	if (result)
		return result;
	if (row && row->queues)
		props_add(&p, "num_queues", "%lld", (long long)row->queues);
	if (row && row->iothread)
		props_add(&p, "iothread", "iothread%lld", (long long)row->iothread);
	argv_add_props(b->argv, "-device", &p);
	b->units->controllers[kind]++;
	return 0;
}

/* A root port that takes one device while the guest runs. The chassis' numbers tell slots apart. */
static int add_root_port(struct argv_build *b, const struct pci_address *slot,
			 struct err *err)
{
	_cleanup_props_ struct props p;

	props_begin(&p, "pcie-root-port");
	props_add(&p, "id", "hotplug%u", b->units->hotplug++);
	return device_root_port(b, &p, slot, err);
}

static int add_bridge(struct argv_build *b, const struct guest_controller *row,
		      struct err *err)
{
	_cleanup_props_ struct props p;
	int result;

	props_begin(&p, setup_has_pcie(b->setup) ? "pcie-pci-bridge" : "pci-bridge");
	props_add(&p, "id", "bridge%u", b->units->bridges++);
	if (!setup_has_pcie(b->setup))
		props_add(&p, "chassis_nr", "%u", b->units->bridges);
	result = device_place(b, &p, &row->slot, PCI_REGION_OTHER, err);
	if (!result)
		argv_add_props(b->argv, "-device", &p);
	return result;
}

static int add_row(struct argv_build *b, const struct guest_controller *row,
		   struct err *err)
{
	switch (row->type) {
	case guest_controller_type_scsi:
		return add_controller(b, UNIT_SCSI, row, err);
	case guest_controller_type_sata:
		return add_controller(b, UNIT_SATA, row, err);
	case guest_controller_type_virtio_serial:
		return add_controller(b, UNIT_SERIAL, row, err);
	case guest_controller_type_root_port:
		return add_root_port(b, &row->slot, err);
	case guest_controller_type_pci_bridge:
		return add_bridge(b, row, err);
	}
	return 0;
}

static int add_hotplug_ports(struct argv_build *b, struct err *err)
{
	static const struct pci_address anywhere;
	int result = 0;

	if (b->data->machine.hotplug_ports && !setup_has_pcie(b->setup))
		return conf_fail(b->guest->conf, "Machine", "HotplugPorts", 0, err,
				 "this machine has no PCI Express");
	argv_from(b->argv, b->guest, "Machine", "HotplugPorts", 0);
	for (int64_t i = 0; !result && i < b->data->machine.hotplug_ports; i++)
		result = add_root_port(b, &anywhere, err);
	return result;
}

int argv_build_controller(struct argv_build *b, struct err *err)
{
	bool wanted[UNIT_KINDS] = { false };
	unsigned *controllers = b->units->controllers;

	look(b, wanted);
	controllers[UNIT_IDE] = b->setup->family == SETUP_PC;
	controllers[UNIT_SATA] = b->setup->family == SETUP_Q35;
	for (size_t i = 0; i < b->data->controller.count; i++) {
		argv_from(b->argv, b->guest, "Controller", "Type", i);
		if (add_row(b, &b->data->controller.items[i], err))
			return device_fail(b, "Controller", "Type", i, err);
	}
	argv_from(b->argv, b->guest, NULL, NULL, 0);
	for (enum unit_kind kind = 0; kind < UNIT_KINDS; kind++) {
		int result = 0;

		if (wanted[kind] && !controllers[kind] && kind != UNIT_IDE)
			result = add_controller(b, kind, NULL, err);
		if (result)
			return result;
	}
	return add_hotplug_ports(b, err);
}
