/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv_device.h: what the builders of a guest's devices share.
 *
 * The names that devices have, for QMP and for [Qemu] Args=: the first [Disk]'s device is disk0, and so is
 * the block node with its image (before it, with ReadBps= and the like, stands disk0-limit); likewise cdrom0
 * and floppy0; nic0 with its back end net0; hostdev0 is a passed-through function, usbdev0 a USB device of the
 * host's; controllers are usb0, scsi0, sata0, virtio-serial0; then input0, video0, sound0 with audio0, serial0,
 * channel0, share0, rng0, redir0, watchdog0, balloon0, vsock0. A character device is called as the device that
 * it belongs to. Root ports that wait for devices are hotplug0, ...; those of passed-through slots port0, ...
 */
#ifndef BEDPLATE_QEMU_LAUNCH_ARGV_DEVICE_H
#define BEDPLATE_QEMU_LAUNCH_ARGV_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/value/net.h"
#include "qemu-launch/argv.h"
#include "qemu-launch/argv_pci.h"

/* Controllers whose devices have numbers. */
enum unit_kind { UNIT_SCSI, UNIT_SATA, UNIT_IDE, UNIT_SERIAL, UNIT_KINDS };
enum { UNIT_CONTROLLERS = 16, UNIT_MAX = 256 };

struct argv_units {
	unsigned
		controllers[UNIT_KINDS]; /* how many there are, the machine's own first */
	/* Named by the file; given away. */
	bool reserved[UNIT_KINDS][UNIT_CONTROLLERS][UNIT_MAX];
	bool taken[UNIT_KINDS][UNIT_CONTROLLERS][UNIT_MAX];
	bool usb;                         /* the first USB controller is there */
	unsigned ports, hotplug, bridges; /* how many there are, for their names */
};

/* NAME=WORD of a key with CONF_WORDS: the word of the schema with '-' for '_'. */
void device_word(struct props *props, const char *name, const char *section,
		 const char *key, unsigned value);

/* The schema's word for a value, with its '_'. */
const char *device_plain_word(const char *section, const char *key, unsigned value);

/* The word with '-' for '_'; it stays valid until the next call. */
const char *device_key_word(const char *section, const char *key, unsigned value);

/* Begins with the virtio device: STEM-pci, or STEM-device on a machine without PCI. */
void device_virtio(const struct argv_build *build, struct props *props, const char *stem);

/* Adds bus= and addr= of a PCI device; where the machine has no PCI, nothing for a virtio device (its
 * head ends in -device) and -ENOTSUP for another. */
int device_place(struct argv_build *build, struct props *props,
		 const struct pci_address *slot, enum pci_region region, struct err *err);

/* Adds a place that is known already. */
void device_add_place(struct props *props, const struct pci_place *place);

/* Adds bus= and what else says where a device is on a numbered controller; unit -1 is the next free one. */
int device_unit(struct argv_build *build, struct props *props, enum unit_kind kind,
		int64_t controller, int64_t unit, struct err *err);

/* Adds the first USB controller's bus. */
int device_usb(struct argv_build *build, struct props *props, struct err *err);

/* bootindex=, where there is one. */
void device_boot_index(struct props *props, int64_t index);

/* NAME=BYTES, NAME=MEBIBYTES, where it is not 0. */
void device_size(struct props *props, const char *name, uint64_t bytes);
void device_mebibytes(struct props *props, const char *name, uint64_t bytes);

/* Whether a key's value was given. */
bool device_is_set(const struct argv_build *build, const char *section, const char *key,
		   size_t index);

/* Puts the section's place in front of a message that has none. Returns its code. */
int device_fail(const struct argv_build *build, const char *section, const char *key,
		size_t index, struct err *err);

/* What is plugged into a [Cdrom]'s bus, never auto. */
enum guest_cdrom_bus device_cdrom_bus(const struct guest_setup *setup,
				      const struct guest_cdrom *cdrom);

/* Whether SPICE gets a channel to its agent that no [Channel] names. */
bool device_wants_spice_channel(const struct guest_conf *data);

/* Completes a root port and adds it, at its slot or where there is room. */
int device_root_port(struct argv_build *build, struct props *props,
		     const struct pci_address *slot, struct err *err);

#endif
