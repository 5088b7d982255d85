/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.h: the command line of bedplate's own commands. */
#ifndef BEDPLATE_BEDPLATE_ARGS_H
#define BEDPLATE_BEDPLATE_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "bedplate/option_table.h"
#include "lib/option.h"

struct args {
	const char *root; /* NULL: the running system */
	bool json, verbose;
	/* The file of chart; NULL: the standard output. The file of report; NULL: one in the
	 * current folder, named by host and time. The folder of init-config; NULL:
	 * etc/bedplate below the root. */
	const char *output;
	bool all, svg; /* of chart */
	bool dry_run;  /* of init-config, report */
	const char *const *operands;
	size_t operand_count;
};

#endif
