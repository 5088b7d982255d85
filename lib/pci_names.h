/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci_names.h: what PCI vendors, devices and classes are called, by the list that the system
 * has (pci.ids of pciutils or hwdata; the format stands at that file's head).
 */
#ifndef BEDPLATE_LIB_PCI_NAMES_H
#define BEDPLATE_LIB_PCI_NAMES_H

#include <stdint.h>

#include "lib/err.h"
#include "lib/value/pci.h"

enum { PCI_NAMES_TEXT = 128 };

struct pci_names {
	char *text; /* the list; NULL: the system has none */
};

#define PCI_NAMES_INIT       \
	{                    \
		.text = NULL \
	}

/* Reads the list. That there is none is no error. */
int pci_names_read(struct pci_names *names, int root_fd, struct err *err);
void pci_names_release(struct pci_names *names);
#define _cleanup_pci_names_ __attribute__((cleanup(pci_names_release)))

/* These write a name, cut where it is longer than the buffer, or "" where it is not known.
 * A class is 0xBBSSPP; of one whose sub-class is not known, the base class has a name. */
void pci_names_vendor(const struct pci_names *names, uint16_t vendor,
		      char text[PCI_NAMES_TEXT]);
void pci_names_device(const struct pci_names *names, const struct pci_id *id,
		      char text[PCI_NAMES_TEXT]);
/* Without a list, the commonest classes are known all the same. */
void pci_names_class(const struct pci_names *names, uint32_t class_code,
		     char text[PCI_NAMES_TEXT]);

#endif
