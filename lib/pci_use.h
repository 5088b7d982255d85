/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pci_use.h: what the host does with PCI functions: whoever takes one away should know. */
#ifndef BEDPLATE_LIB_PCI_USE_H
#define BEDPLATE_LIB_PCI_USE_H

#include <stddef.h>

#include "lib/err.h"
#include "lib/pci.h"

enum { PCI_USE_TEXT = 192 };

/* Lists of words, cut to their room; "" for none. */
struct pci_use {
	char name[PCI_NAME_MAX]; /* given: 0000:01:00.0 */
	char uses[PCI_USE_TEXT]; /* what drivers have made of it: "eno1, sda" */
	char up[PCI_USE_TEXT];   /* of these the network interfaces that are up */
	char held
		[PCI_USE_TEXT]; /* what the host has mounted or swaps to on it: "/ (sda2)" */
};

struct pci_uses {
	struct pci_use *items;
	size_t count;
};

#define PCI_USES_INIT         \
	{                     \
		.items = NULL \
	}

/* Room for as many; the names are the caller's to fill in. -ENOMEM. */
int pci_uses_init(struct pci_uses *uses, size_t count, struct err *err);
void pci_uses_release(struct pci_uses *uses);
#define _cleanup_pci_uses_ __attribute__((cleanup(pci_uses_release)))

/* Fills in the rest, from sys/class/{net,block,drm}, mounts and swaps below the root. -ENOMEM. */
int pci_uses_read(struct pci_uses *uses, int root_fd, struct err *err);

#endif
