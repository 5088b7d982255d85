/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attach_plan.c: what QEMU is told in order to plug a device in. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/guest_nic.h"
#include "lib/json_text.h"
#include "lib/nearest.h"
#include "lib/value/pci.h"
#include "qemu-launch/attach.h"
#include "qemu-launch/disk_image.h"

static const struct kind {
	const char *word, *removal, *key, *what;
} kinds[] = {
	[ATTACH_USB] = { "usb", NULL, NULL,
			 "VENDOR:PRODUCT, as `lsusb` writes it, or a port such as 1-4.2" },
	[ATTACH_DISK] = { "disk", "blockdev-del", "node-name",
			  "an image or a block device" },
	[ATTACH_NIC] = { "nic", "netdev_del", "id", "a tap that is there, or \"user\"" },
};

void attach_plan_release(struct attach_plan *plan)
{
	json_decref(plan->back);
	json_decref(plan->device);
	*plan = (struct attach_plan)ATTACH_PLAN_INIT;
}

int attach_what(enum attach_kind kind, struct err *err)
{
	err_set(err, EINVAL, "which %s?", kinds[kind].word);
	return err_hint(err, "%s", kinds[kind].what);
}

enum attach_kind attach_kind_of(const char *word, struct err *err)
{
	struct nearest near = { .word = word };

	for (size_t i = 0; word && i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(word, kinds[i].word))
			return (enum attach_kind)i;
		nearest_offer(&near, kinds[i].word);
	}
	err_set(err, EINVAL, "which kind: usb, disk or nic?");
	if (word && near.best)
		err_hint(err, "did you mean %s?", near.best);
	return ATTACH_KINDS;
}

void attach_id(enum attach_kind kind, const char *what, char id[ATTACH_ID_MAX])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const char *slash = strrchr(what, '/');

	snprintf(id, ATTACH_ID_MAX, "%s-%.26s", kinds[kind].word,
		 slash ? slash + 1 : what);
	for (char *at = id; *at; at++)
		if (!strchr(letters, *at))
			*at = '-';
}

const char *attach_back_removal(enum attach_kind kind, const char **key)
{
	*key = kinds[kind].key;
	return kinds[kind].removal;
}

static const char *free_port_of(const json_t *devices)
{
	const json_t *device;
	size_t i;

	json_array_foreach(devices, i, device) {
		const json_t *bridge = json_object_get(device, "pci_bridge");
		const char *id = json_text(device, "qdev_id");

		if (bridge && !strncmp(id, "hotplug", 7) &&
		    !json_array_size(json_object_get(bridge, "devices")))
			return id;
	}
	return NULL;
}

const char *attach_free_port(const json_t *pci)
{
	const char *port = NULL;
	const json_t *bus;
	size_t i;

	json_array_foreach(pci, i, bus)
		if (!port)
			port = free_port_of(json_object_get(bus, "devices"));
	return port;
}

bool attach_needs_pci(enum attach_kind kind, const struct args *args)
{
	if (kind == ATTACH_NIC)
		return !args->model || strcmp(args->model, "usb-net") != 0;
	return kind == ATTACH_DISK && (!args->bus || !strcmp(args->bus, "virtio"));
}

static int finish(const struct attach_plan *plan, struct err *err)
{
	if (plan->device && (plan->back || !plan->back_command))
		return 0;
	return err_set(err, EINVAL, "that is no UTF-8");
}

/* ---- usb ---- */

int attach_usb_row(const char *what, struct guest_usb *row, struct err *err)
{
	static char nothing[] = "";
	size_t digits = strspn(what, "0123456789");

	*row = (struct guest_usb){ .serial = nothing, .port = nothing };
	if (digits && what[digits] == '-' && what[digits + 1] >= '1' &&
	    what[digits + 1] <= '9' &&
	    strspn(what + digits + 1, "0123456789.") == strlen(what + digits + 1)) {
		row->port = (char *)what;
		return 0;
	}
	if (!pci_id_parse(what, &row->id, NULL) && row->id.vendor)
		return 0;
	err_set(err, EINVAL, "\"%.40s\" is no USB device", what);
	err_hint(err, "VENDOR:PRODUCT as lsusb writes it, or its port: 1-4.2");
	return -EINVAL;
}

int attach_plan_usb(struct attach_plan *plan, const struct guest_usb *row,
		    struct err *err)
{
	plan->device = json_pack("{s:s, s:s}", "driver", "usb-host", "id", plan->id);
	if (*row->port) {
		const char *dash = strchr(row->port, '-');
		int bus = 0;

		sscanf(row->port, "%d", &bus);
		json_object_set_new(plan->device, "hostbus", json_integer(bus));
		json_object_set_new(plan->device, "hostport", json_string(dash + 1));
	} else {
		json_object_set_new(plan->device, "vendorid",
				    json_integer(row->id.vendor));
		json_object_set_new(plan->device, "productid",
				    json_integer(row->id.device));
	}
	return finish(plan, err);
}

/* ---- disk ---- */

int attach_plan_disk(struct attach_plan *plan, const struct args *args, const char *path,
		     const char *format, const char *port, struct err *err)
{
	static const struct {
		const char *bus, *driver;
	} buses[] = {
		{ "virtio", "virtio-blk-pci" },
		{ "scsi", "scsi-hd" },
		{ "usb", "usb-storage" },
	};
	const char *driver = buses[0].driver;

	for (size_t i = 0; args->bus && i < ARRAY_SIZE(buses); i++)
		if (!strcmp(args->bus, buses[i].bus))
			driver = buses[i].driver;
	plan->back_command = "blockdev-add";
	plan->back = json_pack(
		"{s:s, s:s, s:b, s:{s:s, s:s}}", "driver", format, "node-name", plan->id,
		"read-only", (int)args->read_only, "file", "driver",
		disk_image_is_device(path) ? "host_device" : "file", "filename", path);
	if (disk_image_is_device(path))
		json_object_set_new(plan->back, "cache", json_pack("{s:b}", "direct", 1));
	plan->device = json_pack("{s:s, s:s, s:s}", "driver", driver, "id", plan->id,
				 "drive", plan->id);
	if (args->serial)
		json_object_set_new(plan->device, "serial", json_string(args->serial));
	if (port)
		json_object_set_new(plan->device, "bus", json_string(port));
	return finish(plan, err);
}

/* ---- nic ---- */

/* The words of [Nic] Model=, where QEMU's device is called otherwise. */
static const char *card(const char *model)
{
	return !model || !strcmp(model, "virtio") ? "virtio-net-pci" : model;
}

/* Made of the guest's and the card's names, as those of cards in the guest's file are. */
static int set_mac(struct attach_plan *plan, const struct args *args, const char *guest,
		   struct err *err)
{
	_cleanup_strbuf_ struct strbuf text, name;
	const struct guest_nic none = { .tap = NULL };
	struct mac_address mac;

	strbuf_init(&text, 32);
	strbuf_init(&name, 0);
	strbuf_addf(&name, "%s/%s", guest, plan->id);
	mac = guest_nic_mac(name.text, &none, 0);
	if (args->mac && mac_address_parse(args->mac, &mac, err))
		return -EINVAL;
	mac_address_format(&mac, &text);
	json_object_set_new(plan->device, "mac", json_string(text.text));
	return 0;
}

int attach_plan_nic(struct attach_plan *plan, const struct args *args, const char *guest,
		    const char *tap, const char *port, struct err *err)
{
	int result;

	plan->back_command = "netdev_add";
	if (!strcmp(tap, "user"))
		plan->back = json_pack("{s:s, s:s}", "type", "user", "id", plan->id);
	else
		plan->back = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", "tap", "id",
				       plan->id, "ifname", tap, "script", "no",
				       "downscript", "no");
	plan->device = json_pack("{s:s, s:s, s:s}", "driver", card(args->model), "id",
				 plan->id, "netdev", plan->id);
	result = set_mac(plan, args, guest, err);
	if (result)
		return result;
	if (port)
		json_object_set_new(plan->device, "bus", json_string(port));
	return finish(plan, err);
}
