/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_device.c: what the builders of a guest's devices share. */
#include "qemu-launch/argv_device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/conf_schema.h"

static const struct conf_key *find_key(const char *section, const char *key)
{
	for (size_t i = 0; i < guest_schema.section_count; i++) {
		const struct conf_section *row = &guest_schema.sections[i];

		for (size_t k = 0; !strcmp(row->name, section) && k < row->key_count; k++)
			if (!strcmp(row->keys[k].name, key))
				return &row->keys[k];
	}
	return NULL;
}

const char *device_plain_word(const char *section, const char *key, unsigned value)
{
	const struct conf_key *row = find_key(section, key);

	return row && row->limits.words ? row->limits.words[value] : "";
}

const char *device_key_word(const char *section, const char *key, unsigned value)
{
	static char word[64];

	snprintf(word, sizeof(word), "%s", device_plain_word(section, key, value));
	for (char *c = word; *c; c++)
		if (*c == '_')
			*c = '-';
	return word;
}

void device_word(struct props *props, const char *name, const char *section,
		 const char *key, unsigned value)
{
	props_add(props, name, "%s", device_key_word(section, key, value));
}

void device_virtio(const struct argv_build *build, struct props *props, const char *stem)
{
	char name[64];

	snprintf(name, sizeof(name), "%s-%s", stem,
		 setup_has_pci(build->setup) ? "pci" : "device");
	props_begin(props, name);
}

void device_add_place(struct props *props, const struct pci_place *place)
{
	if (!*place->bus)
		return;
	props_add(props, "bus", "%s", place->bus);
	if (place->function)
		props_add(props, "addr", "0x%x.0x%x", place->device, place->function);
	else
		props_add(props, "addr", "0x%x", place->device);
	if (place->multifunction)
		props_add_switch(props, "multifunction", true);
}

int device_place(struct argv_build *build, struct props *props,
		 const struct pci_address *slot, enum pci_region region, struct err *err)
{
	struct pci_place place;
	int result = argv_pci_place(build->pci, slot, region, &place, err);

	if (result)
		return result;
	if (!*place.bus && !strstr(props->text.text, "-device"))
		return err_set(err, ENOTSUP, "a %s has no place on a machine without PCI",
			       props->text.text);
	device_add_place(props, &place);
	return 0;
}

static const struct {
	const char *name; /* what a controller of it is called */
	unsigned units;   /* on one */
} kinds[] = {
	[UNIT_SCSI] = { "SCSI", UNIT_MAX },
	[UNIT_SATA] = { "SATA", 6 },
	[UNIT_IDE] = { "IDE", 4 },
	[UNIT_SERIAL] = { "virtio-serial", 31 },
};

static int find_unit(const bool *taken, const bool *reserved, unsigned first,
		     unsigned count, int64_t *unit, struct err *err)
{
	if (*unit >= (int64_t)count)
		return err_set(err, EINVAL, "the last unit of this controller is %u",
			       count - 1);
	if (*unit >= 0 && taken[*unit])
		return err_set(err, EINVAL, "unit %lld is another device's already",
			       (long long)*unit);
	for (unsigned i = first; *unit < 0 && i < count; i++)
		if (!taken[i] && !reserved[i])
			*unit = i;
	if (*unit < 0)
		return err_set(err, ENOSPC, "its controller is full");
	return 0;
}

static void add_unit(const struct argv_build *build, struct props *props,
		     enum unit_kind kind, unsigned controller, unsigned unit)
{
	switch (kind) {
	case UNIT_SCSI:
		props_add(props, "bus", "scsi%u.0", controller);
		props_add(props, "channel", "0");
		props_add(props, "scsi-id", "%u", unit);
		props_add(props, "lun", "0");
		break;
	case UNIT_SATA:
		if (build->setup->family == SETUP_Q35 && controller == 0)
			props_add(props, "bus", "ide.%u", unit);
		else
			props_add(props, "bus", "sata%u.%u", controller, unit);
		break;
	case UNIT_IDE:
		props_add(props, "bus", "ide.%u", unit / 2);
		props_add(props, "unit", "%u", unit % 2);
		break;
	case UNIT_SERIAL:
		props_add(props, "bus", "virtio-serial%u.0", controller);
		props_add(props, "nr", "%u", unit);
		break;
	case UNIT_KINDS:
		break;
	}
}

int device_unit(struct argv_build *build, struct props *props, enum unit_kind kind,
		int64_t controller, int64_t unit, struct err *err)
{
	struct argv_units *units = build->units;
	/* Port 0 of virtio-serial is for its first console alone. */
	unsigned first = kind == UNIT_SERIAL ? 1 : 0;
	int result;

	if (controller >= UNIT_CONTROLLERS ||
	    (unsigned)controller >= units->controllers[kind])
		return err_set(err, EINVAL, "the machine has no %s controller %lld",
			       kinds[kind].name, (long long)controller);
	result = find_unit(units->taken[kind][controller],
			   units->reserved[kind][controller], first, kinds[kind].units,
			   &unit, err);
	if (result)
		return result;
	units->taken[kind][controller][unit] = true;
	add_unit(build, props, kind, (unsigned)controller, (unsigned)unit);
	return 0;
}

int device_root_port(struct argv_build *build, struct props *props,
		     const struct pci_address *slot, struct err *err)
{
	struct pci_place place;
	int result = slot->is_set ? argv_pci_place(build->pci, slot, PCI_REGION_OTHER,
						   &place, err)
				  : argv_pci_place_port(build->pci, &place, err);

	if (result)
		return result;
	device_add_place(props, &place);
	props_add(props, "chassis", "%u", ++build->units->ports);
	argv_add_props(build->argv, "-device", props);
	return 0;
}

enum guest_cdrom_bus device_cdrom_bus(const struct guest_setup *setup,
				      const struct guest_cdrom *cdrom)
{
	if (cdrom->bus != guest_cdrom_bus_auto)
		return cdrom->bus;
	if (setup->family == SETUP_PC)
		return guest_cdrom_bus_ide;
	return setup->family == SETUP_Q35 ? guest_cdrom_bus_sata : guest_cdrom_bus_scsi;
}

bool device_wants_spice_channel(const struct guest_conf *data)
{
	bool wanted = false;

	for (size_t i = 0; i < data->display.count; i++)
		wanted |= data->display.items[i].type == guest_display_type_spice &&
			  data->display.items[i].agent;
	for (size_t i = 0; i < data->channel.count; i++)
		wanted &= data->channel.items[i].type != guest_channel_type_spice;
	return wanted;
}

int device_usb(struct argv_build *build, struct props *props, struct err *err)
{
	if (!build->units->usb)
		return err_set(err, ENOTSUP, "the machine has no USB");
	props_add(props, "bus", "usb0.0");
	return 0;
}

void device_boot_index(struct props *props, int64_t index)
{
	if (index)
		props_add(props, "bootindex", "%lld", (long long)index);
}

void device_size(struct props *props, const char *name, uint64_t bytes)
{
	if (bytes)
		props_add(props, name, "%llu", (unsigned long long)bytes);
}

void device_mebibytes(struct props *props, const char *name, uint64_t bytes)
{
	device_size(props, name, bytes >> 20);
}

bool device_is_set(const struct argv_build *build, const char *section, const char *key,
		   size_t index)
{
	return conf_origin(build->guest->conf, section, key, index).file != NULL;
}

int device_fail(const struct argv_build *build, const char *section, const char *key,
		size_t index, struct err *err)
{
	struct err why = err ? *err : (struct err)ERR_INIT;

	conf_fail(build->guest->conf, section, key, index, err, "%s", why.text);
	if (why.hint[0])
		err_hint(err, "%s", why.hint);
	return -EINVAL;
}
