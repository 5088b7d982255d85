/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usr.h: whether /usr is a file system of its own, and which. */
#ifndef BEDPLATE_INIT_USR_H
#define BEDPLATE_INIT_USR_H

#include <stdbool.h>

#include "init/fstab.h"

/* What the command line says; NULL where it is silent. */
struct usr_arguments {
	const char *device, *type,
		*flags; /* mount.usr=, mount.usrfstype=, mount.usrflags= */
	const char *root_device, *root_type, *root_flags;
	bool root_read_only;
};

struct usr_plan {
	bool wanted;
	char spec[SPEC_MAX];
	char types[128]; /* "" or "auto": to be found out */
	char options[512];
	bool read_only;
	bool nofail; /* the boot goes on without it */
	bool check;  /* before it is mounted */
};

/* Makes the plan of what the command line and the new root's fstab say (NULL: no entry for
 * /usr), by the rules of systemd-fstab-generator(8): any mount.usr argument makes the entry
 * void, and what the arguments leave open is as the root has it. */
void usr_plan_make(struct usr_plan *plan, const struct usr_arguments *arguments,
		   const struct fstab_entry *entry);

#endif
