/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci.h: PCI functions as the kernel shows them, and their way from driver to driver.
 *
 * The one owner of /sys/bus/pci (kernel Documentation/ABI/testing/sysfs-bus-pci). Reading
 * fills plain structs; nothing here decides anything.
 */
#ifndef BEDPLATE_LIB_PCI_H
#define BEDPLATE_LIB_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/value/pci.h"

enum { PCI_NAME_MAX = 24, PCI_DRIVER_MAX = 64, PCI_BAR_COUNT = 6 };

/* Memory that a function answers to; both ends belong to it, end 0: none. */
struct pci_range {
	uint64_t start, end;
};

struct pci_function {
	char name[PCI_NAME_MAX]; /* its folder in sysfs: 0000:01:00.0 */
	struct pci_address address;
	struct pci_id id, subsystem;
	uint32_t class_code;         /* base class, sub-class, interface: 0x030000 */
	bool is_bridge;              /* has another header than an endpoint's */
	bool boot_vga;               /* the firmware's screen */
	int group;                   /* IOMMU group, -1: none */
	unsigned vfs;                /* virtual functions that are switched on */
	char driver[PCI_DRIVER_MAX]; /* "": none */
	struct pci_range bars[PCI_BAR_COUNT];
};

struct pci_list {
	struct pci_function *items; /* by address */
	size_t count;
};

#define PCI_LIST_INIT         \
	{                     \
		.items = NULL \
	}

/* Reads all functions; none where there is no PCI. Nothing is read that takes a device's
 * lock, as driver_override and sriov_numvfs do: it must not wait for a driver that hangs. */
int pci_read(int root_fd, struct pci_list *list, struct err *err);
void pci_list_release(struct pci_list *list);
#define _cleanup_pci_list_ __attribute__((cleanup(pci_list_release)))

/* The function at this very address, or NULL. */
const struct pci_function *pci_find(const struct pci_list *list,
				    const struct pci_address *address);

/* Whether any IOMMU is at work. */
bool pci_has_iommu(int root_fd);

/* These three write to sysfs, each in a child that is left to itself at the deadline (see
 * file_apart.h), for each waits for the device's lock: they say which driver alone may take
 * the function from now on, have its driver let go of it, have the kernel look for one. */
int pci_set_override(int root_fd, const char *name, const char *driver, int timeout_ms,
		     struct err *err);
int pci_unbind(int root_fd, const char *name, int timeout_ms, struct err *err);
int pci_probe(int root_fd, const char *name, int timeout_ms, struct err *err);

#endif
