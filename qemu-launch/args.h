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
	bool json, verbose;
	bool lines;    /* of argv: one option a line */
	bool origins;  /* of argv: with the lines of the guest's file */
	bool log_only; /* of console: what it has written, and no more */
	const char *const *operands;
	size_t operand_count;
};

#endif
