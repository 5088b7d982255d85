/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attach.h: what QEMU is told in order to plug a device into a guest that runs. Pure: nobody is asked.
 *
 * An attached device is called KIND-WHAT: disk-data.qcow2, nic-tap7, usb-1-4.2; so is its back end. That is
 * how detach finds it, and devices of the guest's file are never meant.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_ATTACH_H
#define BEDPLATE_QEMU_LAUNCH_ATTACH_H

#include <jansson.h>

#include "qemu-launch/args.h"
#include "qemu-launch/setup.h"

enum attach_kind { ATTACH_USB, ATTACH_DISK, ATTACH_NIC, ATTACH_KINDS };

enum { ATTACH_ID_MAX = 32 }; /* names of block nodes have 31 characters */

struct attach_plan {
	char id[ATTACH_ID_MAX];
	const char *back_command; /* blockdev-add, netdev_add; NULL: it has no back end */
	json_t *back;             /* its arguments */
	json_t *device;           /* device_add's */
};

#define ATTACH_PLAN_INIT             \
	{                            \
		.back_command = NULL \
	}

void attach_plan_release(struct attach_plan *plan);
#define _cleanup_attach_plan_ __attribute__((cleanup(attach_plan_release)))

/* Which kind a word means: ATTACH_KINDS with the nearest where it is none. */
enum attach_kind attach_kind_of(const char *word, struct err *err);

/* Says that it is not said which one, and how that is done. Returns -EINVAL. */
int attach_what(enum attach_kind kind, struct err *err);

/* What an attached device is called: of a file its name without folders. */
void attach_id(enum attach_kind kind, const char *what, char id[ATTACH_ID_MAX]);

/* The command that takes a back end away, and what its argument is called; NULL: there is none. */
const char *attach_back_removal(enum attach_kind kind, const char **key);

/* A free root port ("hotplug0") among what query-pci says; NULL: there is none. */
const char *attach_free_port(const json_t *pci);

/* A USB device by its port, or its identity; `serial` and the rest of the row are not looked at. */
int attach_usb_row(const char *what, struct guest_usb *row, struct err *err);
int attach_plan_usb(struct attach_plan *plan, const struct guest_usb *row,
		    struct err *err);

/* An image or device; `port` is where a PCI Express machine has room, or NULL. */
int attach_plan_disk(struct attach_plan *plan, const struct args *args, const char *path,
		     const char *format, const char *port, struct err *err);

/* A tap that is there, or "user": QEMU's own NAT. */
int attach_plan_nic(struct attach_plan *plan, const struct args *args, const char *guest,
		    const char *tap, const char *port, struct err *err);

/* Whether the device needs a place on the guest's PCI bus. */
bool attach_needs_pci(enum attach_kind kind, const struct args *args);

#endif
