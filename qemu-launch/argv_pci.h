/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_pci.h: who stands where on the guest's PCI buses. */
#ifndef BEDPLATE_QEMU_LAUNCH_ARGV_PCI_H
#define BEDPLATE_QEMU_LAUNCH_ARGV_PCI_H

#include <stdint.h>

struct argv_pci {
	uint32_t taken; /* slots of the first bus, a bit each */
};

#endif
