/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pci_select.h: which PCI functions are meant: by place, by identity, or by both. */
#ifndef BEDPLATE_LIB_VALUE_PCI_SELECT_H
#define BEDPLATE_LIB_VALUE_PCI_SELECT_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/strbuf.h"
#include "lib/value/pci.h"

/* One of the two is set, or both: then the identity is what is expected at that place. */
struct pci_select {
	struct pci_address address;
	struct pci_id id;
};

/* Reads [DOMAIN:]BUS:DEVICE.FUNCTION, VENDOR:DEVICE, or VENDOR:DEVICE@ in front of an
 * address; FUNCTION may be '*'. */
int pci_select_parse(const char *text, struct pci_select *select, struct err *err);

/* Adds what pci_select_parse reads. */
void pci_select_format(const struct pci_select *select, struct strbuf *out);

/* Whether an address lies where the selector points to; false where it has none. */
bool pci_select_has_place(const struct pci_select *select,
			  const struct pci_address *address);

static inline bool pci_id_is_set(const struct pci_id *id)
{
	return id->vendor || id->device;
}

static inline bool pci_id_equal(const struct pci_id *a, const struct pci_id *b)
{
	return a->vendor == b->vendor && a->device == b->device;
}

/* Below, equal to or above zero, in the order of /sys/bus/pci/devices. */
int pci_address_compare(const struct pci_address *a, const struct pci_address *b);

#endif
