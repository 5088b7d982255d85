/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_input.c: [Input]: keyboards, mice and tablets, QEMU's and the host's. */
#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

/* In the order of Type='s words. */
static const struct {
	const char *usb, *virtio;
} models[] = {
	[guest_input_type_tablet] = { "usb-tablet", "virtio-tablet" },
	[guest_input_type_mouse] = { "usb-mouse", "virtio-mouse" },
	[guest_input_type_keyboard] = { "usb-kbd", "virtio-keyboard" },
};

static int add_evdev(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_input *row = &b->data->input.items[i];
	struct props p;

	if (!*row->device)
		return conf_fail(b->guest->conf, "Input", "Device", i, err,
				 "it does not say which device");
	props_begin(&p, "input-linux");
	props_add(&p, "id", "input%zu", i);
	props_add(&p, "evdev", "%s", row->device);
	if (row->grab_all)
		props_add_switch(&p, "grab_all", true);
	if (row->repeat)
		props_add_switch(&p, "repeat", true);
	if (row->grab_toggle != guest_input_grab_toggle_ctrl_ctrl)
		device_word(&p, "grab-toggle", "Input", "GrabToggle", row->grab_toggle);
	argv_add_props(b->argv, "-object", &p);
	return 0;
}

static int add_device(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_input *row = &b->data->input.items[i];
	bool usb = row->bus == guest_input_bus_usb;
	_cleanup_props_ struct props p;
	int result;

	if (usb)
		props_begin(&p, models[row->type].usb);
	else
		device_virtio(b, &p, models[row->type].virtio);
	props_add(&p, "id", "input%zu", i);
	result = usb ? device_usb(b, &p, err)
		     : device_place(b, &p, &row->slot, PCI_REGION_OTHER, err);
	if (result)
		return device_fail(b, "Input", "Bus", i, err);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

int argv_build_input(struct argv_build *b, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < b->data->input.count; i++) {
		argv_from(b->argv, b->guest, "Input", "Type", i);
		result = b->data->input.items[i].type == guest_input_type_evdev
				 ? add_evdev(b, i, err)
				 : add_device(b, i, err);
	}
	return result;
}
