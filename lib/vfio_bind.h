/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_bind.h: brings PCI functions of the running host to vfio-pci and back. */
#ifndef BEDPLATE_LIB_VFIO_BIND_H
#define BEDPLATE_LIB_VFIO_BIND_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/pci.h"

#define VFIO_DRIVER "vfio-pci"

/* The driver that has a function ("0000:01:00.0"); "": none has. */
void vfio_read_driver(int root_fd, const char *name, char driver[PCI_DRIVER_MAX]);

/* Whether the function is vfio-pci's alone (driver_override), though it may not be there yet. */
bool vfio_is_overridden(int root_fd, const char *name);

/* Brings a function to vfio-pci, or to whatever driver the kernel has for it (`driver` is
 * what it had; "" for none), and looks at what has come of it. */
int vfio_bind(int root_fd, const char *name, struct err *err);
int vfio_release(int root_fd, const char *name, const char *driver, struct err *err);

/* The process that has the function's group or device open, as a guest's QEMU does; 0 where
 * none has. */
unsigned vfio_user(int root_fd, const struct pci_function *function);

#endif
