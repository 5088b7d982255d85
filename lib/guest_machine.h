/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_machine.h: which kind of machine a guest's [Machine] Type= and Arch= mean. */
#ifndef BEDPLATE_LIB_GUEST_MACHINE_H
#define BEDPLATE_LIB_GUEST_MACHINE_H

#include <stdbool.h>

#include "lib/schema/guest.h"

/* The kinds of machines that differ in buses and devices. */
enum guest_family {
	GUEST_FAMILY_Q35,     /* PCI Express: pcie.0 */
	GUEST_FAMILY_PC,      /* i440fx: pci.0 */
	GUEST_FAMILY_MICROVM, /* virtio-mmio, no PCI */
	GUEST_FAMILY_VIRT,    /* Arm's and RISC-V's: PCI Express, pcie.0 */
	GUEST_FAMILY_OTHER,   /* not known here */
};

/* Type=, or where that is not given what the architecture (Arch=, else `arch`, NULL: a PC's)
 * has. */
const char *guest_machine_type(const struct guest_conf *data, const char *arch);

enum guest_family guest_machine_family(const char *type);

/* The type as firmware descriptors write it: they know it with a version only. */
const char *guest_machine_versioned(const char *type);

#endif
