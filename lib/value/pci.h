/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pci.h: addresses and identities of PCI functions. */
#ifndef BEDPLATE_LIB_VALUE_PCI_H
#define BEDPLATE_LIB_VALUE_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/strbuf.h"

enum { PCI_EVERY_FUNCTION = 0xff };

/* A function's place, as in /sys/bus/pci/devices. All zero: none. */
struct pci_address {
	uint32_t domain; /* over 0xffff behind Intel's VMD */
	uint8_t bus, device;
	uint8_t function; /* or PCI_EVERY_FUNCTION */
	bool is_set;
};

/* Reads [DOMAIN:]BUS:DEVICE.FUNCTION in hexadecimal; FUNCTION may be '*'. */
int pci_address_parse(const char *text, struct pci_address *address, struct err *err);

/* Adds DDDD:BB:DD.F; nothing where none is set. */
void pci_address_format(const struct pci_address *address, struct strbuf *out);

/* What a function is. All zero: none. */
struct pci_id {
	uint16_t vendor, device;
};

/* Reads VVVV:DDDD in hexadecimal. */
int pci_id_parse(const char *text, struct pci_id *id, struct err *err);

/* Adds vvvv:dddd; nothing where none is set. */
void pci_id_format(const struct pci_id *id, struct strbuf *out);

#endif
