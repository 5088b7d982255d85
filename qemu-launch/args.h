/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.h: the command line of bedplate qemu-launch. */
#ifndef BEDPLATE_QEMU_LAUNCH_ARGS_H
#define BEDPLATE_QEMU_LAUNCH_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/option.h"
#include "qemu-launch/option_table.h"

struct args {
	const char *root; /* where configuration, sockets and state are; NULL: "/" */
	bool json, verbose, dry_run;
	bool lines;    /* of argv: one option a line */
	bool origins;  /* of argv: with the lines of the guest's file */
	bool log_only; /* of console: what it has written, and no more */
	/* of disk, snapshot, attach and detach */
	const char *format, *backing, *disk, *repair, *partition;
	const char *id, *bus, *model, *serial, *mac;
	const char *timeout; /* of detach */
	bool replace, compress, shrink, writable, undo, read_only;
	const char *const *operands;
	size_t operand_count;
};

#endif
