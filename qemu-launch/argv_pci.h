/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv_pci.h: who has which slot of the guest's first PCI bus.
 *
 * How it works: the slots that the guest's file names (Slot= of any section) are set aside first,
 * so that no device without one takes them. The others then get the first free slot of their
 * region, and always say it: cards' places, and with them their names in the guest, do not change
 * when a disk is added. Slots that the machine itself has (host bridge, ISA bridge) are never
 * given away.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_ARGV_PCI_H
#define BEDPLATE_QEMU_LAUNCH_ARGV_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/guests.h"
#include "lib/value/pci.h"
#include "qemu-launch/setup.h"

enum { PCI_SLOTS = 32, PCI_FUNCTIONS = 8 };

struct argv_pci {
	const char *name; /* "pci.0", "pcie.0"; NULL: there is none */
	bool express;
	/* Whose each function is: a section's Slot=, or something of its own; NULL: free. */
	const void *owner[PCI_SLOTS][PCI_FUNCTIONS];
	int port_slot;  /* where root ports are, eight in a slot; -1: none yet */
	unsigned ports; /* how many there are */
};

/* Where one device goes. */
struct pci_place {
	char bus[16]; /* "" where the machine has no PCI: then nothing is said */
	uint8_t device, function;
	bool multifunction; /* function 0 of several */
};

/* Where a device without Slot= is put, if there is room: so that network cards stay where they are. */
enum pci_region { PCI_REGION_VIDEO = 1, PCI_REGION_NIC = 3, PCI_REGION_OTHER = 8 };

/* Sets aside what the machine has and what the file names. -EINVAL, with both places, where two
 * sections name one function or one names a slot of the machine's. */
int argv_pci_init(struct argv_pci *bus, const struct guest *guest,
		  const struct guest_setup *setup, struct err *err);

/* Where the device with this Slot= goes (a pointer into the guest's conf): there, or where there is
 * room. -ENOSPC where there is none. */
int argv_pci_place(struct argv_pci *bus, const struct pci_address *slot,
		   enum pci_region region, struct pci_place *place, struct err *err);

/* Takes another function of a device's slot, for the same owner. -EBUSY where it is another's. */
int argv_pci_share(struct argv_pci *bus, const struct pci_address *slot, uint8_t function,
		   struct pci_place *place, struct err *err);

/* A place for one more root port: eight stand in a slot. */
int argv_pci_place_port(struct argv_pci *bus, struct pci_place *place, struct err *err);

#endif
