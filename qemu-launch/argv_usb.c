/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_usb.c: [UsbController], the xhci that others need, and [Usb]: devices of the host. */
#include <errno.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

static bool is_needed(const struct guest_conf *data)
{
	bool needed = data->usb.count > 0;

	for (size_t i = 0; i < data->input.count; i++)
		needed |= data->input.items[i].type != guest_input_type_evdev &&
			  data->input.items[i].bus == guest_input_bus_usb;
	for (size_t i = 0; i < data->disk.count; i++)
		needed |= data->disk.items[i].bus == guest_disk_bus_usb;
	for (size_t i = 0; i < data->cdrom.count; i++)
		needed |= data->cdrom.items[i].bus == guest_cdrom_bus_usb;
	for (size_t i = 0; i < data->nic.count; i++)
		needed |= data->nic.items[i].model == guest_nic_model_usb_net;
	for (size_t i = 0; i < data->display.count; i++)
		needed |= data->display.items[i].usb_redir > 0;
	for (size_t i = 0; i < data->serial.count; i++)
		needed |= data->serial.items[i].device == guest_serial_device_usb;
	for (size_t i = 0; i < data->audio.count; i++)
		needed |= data->audio.items[i].model == guest_audio_model_usb;
	return needed;
}

static int add_xhci(struct argv_build *b, size_t i,
		    const struct guest_usb_controller *row, struct err *err)
{
	static const struct pci_address anywhere;
	bool nec = row && row->model == guest_usb_controller_model_nec_xhci;
	_cleanup_props_ struct props p;
	int result;

	props_begin(&p, nec ? "nec-usb-xhci" : "qemu-xhci");
	props_add(&p, "id", "usb%zu", i);
	result = device_place(b, &p, row ? &row->slot : &anywhere, PCI_REGION_OTHER, err);
	if (result)
		return result;
	if (row && row->ports) {
		props_add(&p, "p2", "%lld", (long long)row->ports);
		props_add(&p, "p3", "%lld", (long long)row->ports);
	}
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

/* As a real ICH9 has it: the fast one at function 7, its companions at 0 to 2, with two ports each. */
static int add_ehci(struct argv_build *b, size_t i,
		    const struct guest_usb_controller *row, struct err *err)
{
	struct pci_place place;
	struct props p;
	int result = argv_pci_place(b->pci, &row->slot, PCI_REGION_OTHER, &place, err);

	if (!result && (!*place.bus || place.function))
		return err_set(err, EINVAL, "it takes a slot's functions 0, 1, 2 and 7");
	if (!result)
		result = argv_pci_share(b->pci, &row->slot, 7, &place, err);
	if (result)
		return result;
	props_begin(&p, "ich9-usb-ehci1");
	props_add(&p, "id", "usb%zu", i);
	device_add_place(&p, &place);
	argv_add_props(b->argv, "-device", &p);
	for (uint8_t n = 0; n < 3; n++) {
		char name[] = "ich9-usb-uhci0";

		name[sizeof(name) - 2] = (char)('1' + n);
		result = argv_pci_share(b->pci, &row->slot, n, &place, err);
		if (result)
			return result;
		props_begin(&p, name);
		props_add(&p, "masterbus", "usb%zu.0", i);
		props_add(&p, "firstport", "%u", 2u * n);
		device_add_place(&p, &place);
		argv_add_props(b->argv, "-device", &p);
	}
	return 0;
}

/* PIIX3's own is function 2 of its slot. */
static int add_uhci(struct argv_build *b, size_t i,
		    const struct guest_usb_controller *row, struct err *err)
{
	static const struct pci_address piix3 = { .device = 1,
						  .function = 2,
						  .is_set = true };
	bool own = !row->slot.is_set && b->setup->family == SETUP_PC && i == 0;
	_cleanup_props_ struct props p;
	int result;

	props_begin(&p, "piix3-usb-uhci");
	props_add(&p, "id", "usb%zu", i);
	result = device_place(b, &p, own ? &piix3 : &row->slot, PCI_REGION_OTHER, err);
	if (!result)
		argv_add_props(b->argv, "-device", &p);
	return result;
}

int argv_build_usb_controller(struct argv_build *b, struct err *err)
{
	int result = 0;

	for (size_t i = 0; i < b->data->usb_controller.count; i++) {
		const struct guest_usb_controller *row =
			&b->data->usb_controller.items[i];

		argv_from(b->argv, b->guest, "UsbController", "Model", i);
		if (row->model == guest_usb_controller_model_ehci)
			result = add_ehci(b, i, row, err);
		else if (row->model == guest_usb_controller_model_uhci)
			result = add_uhci(b, i, row, err);
		else
			result = add_xhci(b, i, row, err);
		if (result)
			return device_fail(b, "UsbController", "Model", i, err);
		b->units->usb = true;
	}
	if (!b->units->usb && is_needed(b->data)) {
		result = add_xhci(b, 0, NULL, err);
		b->units->usb = true;
	}
	return result;
}

/* QEMU waits for a device that it is told of by its identity or port, so that one that is plugged in
 * later comes to the guest by itself. A serial number is the launcher's to compare: that device is
 * given by its number of now, or comes by QMP later. */
static int add_host_device(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_usb *row = &b->data->usb.items[i];
	const struct setup_usb *found = &b->setup->usb[i];
	_cleanup_props_ struct props p;
	int result;

	props_begin(&p, "usb-host");
	result = device_usb(b, &p, err);
	if (result)
		return result;
	props_add(&p, "id", "usbdev%zu", i);
	if (*row->serial) {
		props_add(&p, "hostbus", "%u", found->bus);
		props_add(&p, "hostaddr", "%u", found->address);
	} else if (*row->port) {
		const char *dash = strchr(row->port, '-');

		props_add(&p, "hostbus", "%.*s", (int)(dash - row->port), row->port);
		props_add(&p, "hostport", "%s", dash + 1);
	}
	if (!*row->serial && row->id.vendor) {
		props_add(&p, "vendorid", "0x%04x", row->id.vendor);
		props_add(&p, "productid", "0x%04x", row->id.device);
	}
	if (!row->guest_reset)
		props_add_switch(&p, "guest-reset", false);
	device_boot_index(&p, row->boot_index);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

int argv_build_usb(struct argv_build *b, struct err *err)
{
	for (size_t i = 0; i < b->data->usb.count; i++) {
		argv_from(b->argv, b->guest, "Usb", "Id", i);
		if (*b->data->usb.items[i].serial && !b->setup->usb[i].present)
			continue;
		if (add_host_device(b, i, err))
			return device_fail(b, "Usb", "Id", i, err);
	}
	return 0;
}
