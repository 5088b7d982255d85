/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_pci.c: who has which slot of the guest's first PCI bus. */
#include "qemu-launch/argv_pci.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/conf_schema.h"
#include "lib/origin.h"

/* Whose the machine's own slots are. */
static const char machines_own;

static void take_slot(struct argv_pci *bus, unsigned device)
{
	for (unsigned f = 0; f < PCI_FUNCTIONS; f++)
		bus->owner[device][f] = &machines_own;
}

/* What the machine has by itself: QEMU's hw/i386/pc_piix.c, pc_q35.c, hw/arm/virt.c. PIIX3's
 * function 2 is free for its USB controller. */
static void take_machines(struct argv_pci *bus, const struct guest_conf *data,
			  const struct guest_setup *setup)
{
	bus->name = setup_has_pcie(setup)  ? "pcie.0"
		    : setup_has_pci(setup) ? "pci.0"
					   : NULL;
	bus->express = setup_has_pcie(setup);
	take_slot(bus, 0);
	if (setup->family == SETUP_PC)
		bus->owner[1][0] = bus->owner[1][1] = bus->owner[1][3] = &machines_own;
	if (setup->family == SETUP_Q35)
		bus->owner[31][0] = bus->owner[31][2] = bus->owner[31][3] = &machines_own;
	/* AMD's IOMMU cannot be told its slot: the first one, as it is made before the others. */
	if (data->machine.iommu == guest_machine_iommu_amd)
		take_slot(bus, 1);
}

/* Which section has this Slot=, for messages. */
static const char *owner_text(const struct guest *guest, const void *owner, char *buffer,
			      size_t size)
{
	if (owner == &machines_own)
		return "the machine itself";
	for (size_t i = 0; i < guest_schema.section_count; i++) {
		const struct conf_section *section = &guest_schema.sections[i];
		const struct conf_list *list =
			(const void *)((const char *)guest->data + section->offset);
		const char *start = section->repeated ? list->items : (const void *)list;
		size_t bytes = section->size * (section->repeated ? list->count : 1);
		const char *at = owner;

		if (!start || at < start || at >= start + bytes)
			continue;
		return origin_text(guest->conf, section->name, "Slot",
				   (size_t)(at - start) / section->size, buffer, size);
	}
	return "another device";
}

static int set_aside(struct argv_pci *bus, const struct guest *guest, const char *section,
		     size_t index, const struct pci_address *slot, struct err *err)
{
	char where[ORIGIN_MAX];
	const void **owner;

	if (!bus->name)
		return conf_fail(guest->conf, section, "Slot", index, err,
				 "this machine has no PCI");
	if (slot->domain || slot->bus || slot->device >= PCI_SLOTS ||
	    slot->function >= PCI_FUNCTIONS)
		return conf_fail(guest->conf, section, "Slot", index, err,
				 "it has to be 00:DEVICE.FUNCTION");
	owner = &bus->owner[slot->device][slot->function];
	if (*owner)
		return conf_fail(guest->conf, section, "Slot", index, err,
				 "%s has that slot",
				 owner_text(guest, *owner, where, sizeof(where)));
	*owner = slot;
	return 0;
}

/* Every section that has a Slot=, by the schema. */
static int set_aside_named(struct argv_pci *bus, const struct guest *guest,
			   struct err *err)
{
	for (size_t i = 0; i < guest_schema.section_count; i++) {
		const struct conf_section *section = &guest_schema.sections[i];
		const char *data = (const char *)guest->data + section->offset;
		const struct conf_list *list = (const void *)data;
		size_t count = section->repeated ? list->count : 1;
		const char *items = section->repeated ? list->items : data;

		for (size_t k = 0; k < section->key_count; k++)
			for (size_t j = 0;
			     !strcmp(section->keys[k].name, "Slot") && j < count; j++) {
				const struct pci_address *slot =
					(const void *)(items + j * section->size +
						       section->keys[k].offset);
				int result = !slot->is_set ? 0
							   : set_aside(bus, guest,
								       section->name, j,
								       slot, err);

				if (result)
					return result;
			}
	}
	return 0;
}

int argv_pci_init(struct argv_pci *bus, const struct guest *guest,
		  const struct guest_setup *setup, struct err *err)
{
	*bus = (struct argv_pci){ .port_slot = -1 };
	take_machines(bus, guest->data, setup);
	return set_aside_named(bus, guest, err);
}

static bool is_free(const struct argv_pci *bus, unsigned device)
{
	for (unsigned f = 0; f < PCI_FUNCTIONS; f++)
		if (bus->owner[device][f])
			return false;
	return true;
}

/* A free slot, from the region's first on, then from the bus's first on; -1: none. */
static int find_slot(const struct argv_pci *bus, unsigned first)
{
	for (unsigned i = 0; i < PCI_SLOTS; i++)
		if (is_free(bus, (first + i) % PCI_SLOTS))
			return (int)((first + i) % PCI_SLOTS);
	return -1;
}

static bool has_others(const struct argv_pci *bus, unsigned device)
{
	for (unsigned f = 1; f < PCI_FUNCTIONS; f++)
		if (bus->owner[device][f])
			return true;
	return false;
}

static int no_room(struct err *err)
{
	return err_set(err, ENOSPC, "the guest's PCI bus has no slot left");
}

int argv_pci_place(struct argv_pci *bus, const struct pci_address *slot,
		   enum pci_region region, struct pci_place *place, struct err *err)
{
	int device = slot->device;

	*place = (struct pci_place){ .bus = "" };
	if (!bus->name)
		return 0;
	if (!slot->is_set) {
		device = find_slot(bus, region);
		if (device < 0)
			return no_room(err);
		bus->owner[device][0] = slot;
	}
	snprintf(place->bus, sizeof(place->bus), "%s", bus->name);
	place->device = (uint8_t)device;
	place->function = slot->is_set ? slot->function : 0;
	place->multifunction = place->function == 0 && has_others(bus, place->device);
	return 0;
}

int argv_pci_share(struct argv_pci *bus, const struct pci_address *slot, uint8_t function,
		   struct pci_place *place, struct err *err)
{
	const void **owner = &bus->owner[place->device][function];

	if (!bus->name)
		return 0;
	if (*owner && *owner != slot)
		return err_set(err, EBUSY, "function %u of its slot is another device's",
			       function);
	*owner = slot;
	place->function = function;
	place->multifunction = function == 0;
	return 0;
}

int argv_pci_place_port(struct argv_pci *bus, struct pci_place *place, struct err *err)
{
	unsigned function = bus->ports % PCI_FUNCTIONS;

	*place = (struct pci_place){ .bus = "" };
	if (!bus->name || !bus->express)
		return err_set(err, ENOTSUP, "this machine has no PCI Express");
	if (function == 0) {
		bus->port_slot = find_slot(bus, PCI_REGION_OTHER);
		if (bus->port_slot < 0)
			return no_room(err);
		take_slot(bus, (unsigned)bus->port_slot);
	}
	bus->ports++;
	snprintf(place->bus, sizeof(place->bus), "%s", bus->name);
	place->device = (uint8_t)bus->port_slot;
	place->function = (uint8_t)function;
	place->multifunction = function == 0;
	return 0;
}
