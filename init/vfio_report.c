/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_report.c: what came of the devices for vfio-pci, for people and for boot.json. */
#include <string.h>

#include "init/boot.h"
#include "lib/cleanup.h"
#include "lib/log.h"

static const char *const results[] = {
	[VFIO_TO_BIND] = "to-bind",       [VFIO_BOUND] = "bound",
	[VFIO_FAILED] = "failed",         [VFIO_REFUSED] = "refused",
	[VFIO_MISMATCH] = "other-device", [VFIO_ABSENT] = "absent",
};

static const char *const group_states[] = {
	[VFIO_GROUP_NONE] = "",
	[VFIO_GROUP_WHOLE] = "whole",
	[VFIO_GROUP_OPEN] = "open",
	[VFIO_GROUP_BROKEN] = "broken",
};

static const char *const policies[] = {
	[VFIO_CONTINUE] = "continue",
	[VFIO_RESCUE] = "rescue",
	[VFIO_REBOOT] = "reboot",
};

static json_t *text_or_null(const char *text)
{
	json_t *value = *text ? json_string(text) : NULL;

	return value ? value : json_null();
}

static json_t *device_json(const struct vfio_device *device)
{
	_cleanup_strbuf_ struct strbuf address, id;

	strbuf_init(&address, 0);
	strbuf_init(&id, 0);
	pci_address_format(&device->select.address, &address);
	pci_id_format(&device->select.id, &id);
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:s, s:o}", "address",
		text_or_null(address.text), "id", text_or_null(id.text), "group",
		device->group < 0 ? json_null() : json_integer(device->group),
		"group_state", text_or_null(group_states[device->group_state]),
		"former_driver", text_or_null(device->former), "driver",
		text_or_null(device->driver), "result", results[device->result], "reason",
		text_or_null(device->reason), "screen", text_or_null(device->screen),
		"on_failure", policies[device->policy], "origin",
		text_or_null(device->origin));
}

json_t *vfio_json(const struct vfio_plan *plan)
{
	json_t *devices = json_array();

	for (size_t i = 0; i < plan->count; i++)
		json_array_append_new(devices, device_json(&plan->devices[i]));
	return devices;
}

static void device_name(const struct vfio_device *device, struct strbuf *out)
{
	if (!device->name[0]) {
		pci_select_format(&device->select, out);
		return;
	}
	strbuf_addf(out, "%s (", device->name);
	pci_id_format(&device->select.id, out);
	strbuf_addc(out, ')');
}

void vfio_report_device(struct boot *boot, const struct vfio_device *device)
{
	_cleanup_strbuf_ struct strbuf name;

	strbuf_init(&name, 0);
	device_name(device, &name);
	if (device->result == VFIO_BOUND)
		log_info("vfio: %s is bound to vfio-pci, IOMMU group %d, before: %s [%s]",
			 name.text, device->group,
			 device->former[0] ? device->former : "no driver",
			 device->origin);
	/* What one asked for may be at the place where another expects something else. */
	if (device->result != VFIO_BOUND)
		report_warning(&boot->report, "vfio: %s is not %s: %s [%s]", name.text,
			       strcmp(device->driver, VFIO_DRIVER) ? "bound" : "meant",
			       device->reason, device->origin);
	else if (device->reason[0])
		report_warning(&boot->report, "vfio: %s: %s", name.text, device->reason);
}
