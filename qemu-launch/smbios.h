/* SPDX-License-Identifier: GPL-2.0-or-later */
/* smbios.h: what of SMBIOS's tables can be set, by key, by QEMU's property, and where the
 * host's own is in /sys/class/dmi/id. */
#ifndef BEDPLATE_QEMU_LAUNCH_SMBIOS_H
#define BEDPLATE_QEMU_LAUNCH_SMBIOS_H

#include <stddef.h>

#include "lib/schema/guest.h"

enum { SMBIOS_ROWS = 16 };

struct smbios_row {
	int type; /* of the table: 1 is the system's */
	const char *property;
	const char *key;  /* of [Smbios] */
	size_t offset;    /* of its member in struct guest_smbios */
	const char *file; /* in /sys/class/dmi/id */
};

/* Those of one type stand together. */
extern const struct smbios_row smbios_rows[SMBIOS_ROWS];

#endif
