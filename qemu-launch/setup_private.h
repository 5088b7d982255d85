/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup_private.h: the parts of setup_resolve; each fills what its name says. */
#ifndef BEDPLATE_QEMU_LAUNCH_SETUP_PRIVATE_H
#define BEDPLATE_QEMU_LAUNCH_SETUP_PRIVATE_H

#include "qemu-launch/setup.h"

int setup_resolve_firmware(struct guest_setup *setup, const struct guest *guest,
			   const struct setup_host *host, struct err *err);
int setup_resolve_passthrough(struct guest_setup *setup, const struct guest *guest,
			      const struct setup_host *host, struct err *err);
/* Also while the guest runs, for devices come and go: what it found before is forgotten. */
int setup_resolve_usb(struct guest_setup *setup, const struct guest *guest,
		      const struct setup_host *host, struct err *err);
int setup_resolve_disks(struct guest_setup *setup, const struct guest *guest,
			const struct setup_host *host, struct err *err);
/* -ENOMEM, else 0. */
int setup_resolve_displays(struct guest_setup *setup, const struct guest *guest,
			   const struct setup_host *host);
/* Cards on macvtaps get the address that the network's file has for it; -EINVAL where the guest's
 * file has another one. */
int setup_macvtaps(struct guest_setup *setup, const struct guest *guest, int root_fd,
		   struct err *err);
int setup_resolve_smbios(struct guest_setup *setup, const struct guest *guest,
			 const struct setup_host *host);

#endif
