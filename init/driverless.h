/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driverless.h: controllers of disks that no driver has taken. */
#ifndef BEDPLATE_INIT_DRIVERLESS_H
#define BEDPLATE_INIT_DRIVERLESS_H

#include "lib/strbuf.h"

/* Adds "; no driver has 0000:00:03.0 (pci:v00001AF4...)" for each PCI device of the class
 * of mass storage and each virtio disk that has none; nothing where all have one. */
void driverless_add(int root_fd, struct strbuf *out);

#endif
