/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setup.h: what a guest's command line needs and its file does not say: names of folders and
 * sockets, the firmware found, hardware addresses, functions of passed-through devices.
 * setup_resolve finds it out below a root descriptor; nothing is changed.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_SETUP_H
#define BEDPLATE_QEMU_LAUNCH_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/guest_machine.h"
#include "lib/guests.h"
#include "lib/schema/host.h"
#include "lib/value/link.h"
#include "lib/value/net.h"
#include "lib/value/pci.h"
#include "qemu-launch/firmware.h"
#include "qemu-launch/smbios.h"

enum { SETUP_PATH_MAX = 256, SETUP_NAME_MAX = 64, SETUP_UUID_MAX = 37 };

/* lib/guest_machine.h says what they are. */
enum setup_family {
	SETUP_Q35 = GUEST_FAMILY_Q35,
	SETUP_PC = GUEST_FAMILY_PC,
	SETUP_MICROVM = GUEST_FAMILY_MICROVM,
	SETUP_VIRT = GUEST_FAMILY_VIRT,
	SETUP_OTHER = GUEST_FAMILY_OTHER,
};

/* One [Nic]. */
struct setup_nic {
	enum guest_nic_type type; /* never auto */
	struct mac_address mac;
	char tap[LINK_NAME_MAX + 1]; /* of network, tap: the tap; of macvtap: the link */
	bool vhost;
	/* Descriptors that the launcher hands to QEMU, one a queue; 0: QEMU opens the tap by
	 * its name. */
	int *tap_fds, *vhost_fds;
	size_t fd_count;
};

struct setup_function {
	struct pci_address address;
	struct pci_id id;
	uint32_t class; /* as in sysfs: 0x030000 is VGA */
};

/* One [Passthrough]: the functions that it chooses, in the order of their addresses. */
struct setup_passthrough {
	struct setup_function *functions;
	size_t count; /* 0: none is there */
};

/* One [Usb]. */
struct setup_usb {
	bool present; /* plugged in now */
	unsigned bus; /* as in /dev/bus/usb/BUS/ADDRESS */
	unsigned address;
	char port[SETUP_NAME_MAX]; /* "4.2" */
};

/* One [Display]. */
struct setup_display {
	unsigned port; /* where it listens; 0: on none */
};

struct guest_setup {
	char run[SETUP_PATH_MAX];   /* /run/bedplate/guests/NAME: qmp.sock, control.sock,
				     * monitor.sock, console.sock, agent.sock, tpm.sock, fs-TAG.sock */
	char state[SETUP_PATH_MAX]; /* /var/lib/bedplate/guests/NAME */
	char log[SETUP_PATH_MAX];   /* /var/log/bedplate/guests/NAME.log */
	char uuid[SETUP_UUID_MAX];
	char binary
		[SETUP_PATH_MAX]; /* qemu-system-x86_64; only a name where it was not found */
	unsigned version;         /* of QEMU, as 70200 is 7.2.0; 0: not known */

	char arch[SETUP_NAME_MAX];    /* "x86_64" */
	char machine[SETUP_NAME_MAX]; /* "q35", "pc-i440fx-2.5" */
	enum setup_family family;
	bool kvm; /* or TCG */
	unsigned cpus, max_cpus, sockets, dies, cores, threads;

	struct firmware firmware;
	char *smbios[SMBIOS_ROWS]; /* what each of smbios_rows[] says; NULL: nothing */

	/* One for each section of the guest's file. */
	struct setup_nic *nics;
	struct setup_passthrough *passthrough;
	struct setup_usb *usb;
	struct setup_display *displays;
	char **disks; /* the overlay that the guest writes to; NULL: Path= itself */
	size_t nic_count, passthrough_count, usb_count, display_count, disk_count;
};

#define SETUP_INIT           \
	{                    \
		.nics = NULL \
	}

/* Where QEMU's parts are below the root, and what the host is like. */
struct setup_host {
	int root_fd;
	const char *root; /* its path; NULL: "/". Names of sockets are below it. */
	const struct host_conf *conf; /* host.conf */
	bool kvm;                     /* /dev/kvm can be used */
	const char *arch;             /* the host's, as uname(2) says it */
	bool any_port; /* displays get ports without looking which are free: nobody starts */
	/* Who starts the guest keeps others that start from the ports that it gets, as long as this is open; it is
	 * opened where one is needed. NULL: nobody starts */
	int *ports_fd;
	unsigned first_port; /* displays get none below it; 0: none below 5900 */
};

/* -EINVAL with the line where something that the file names cannot be, -ENOENT where firmware
 * or another file that is needed is not there. On failure, too, it is to be released. */
int setup_resolve(struct guest_setup *setup, const struct guest *guest,
		  const struct setup_host *host, struct err *err);
void setup_release(struct guest_setup *setup);

/* The highest port that a display got because it was free, and that somebody else has now; 0 where there
 * is none. */
unsigned setup_lost_port(const struct guest_setup *setup, const struct guest *guest);
#define _cleanup_setup_ __attribute__((cleanup(setup_release)))

/* Whether the machine has a PCI bus; whether it is PCI Express. */
static inline bool setup_has_pci(const struct guest_setup *setup)
{
	return setup->family != SETUP_MICROVM;
}

static inline bool setup_has_pcie(const struct guest_setup *setup)
{
	return setup->family == SETUP_Q35 || setup->family == SETUP_VIRT;
}

#endif
