/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.h: the command line of bedplate boot. */
#ifndef BEDPLATE_BOOT_ARGS_H
#define BEDPLATE_BOOT_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/option_table.h"
#include "lib/option.h"

struct args {
	const char *root; /* NULL: the running system */
	bool json, verbose;
	bool yes, dry_run, force, retry, clear; /* of apply */
	bool explain, import;                   /* of cmdline */
	/* Of grub-entries, from the script in /etc/grub.d. */
	const char *grub_root, *grub_cmdline, *grub_title;
	bool grub_folders;
};

#endif
