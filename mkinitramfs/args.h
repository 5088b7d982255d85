/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.h: the command line of bedplate mkinitramfs. */
#ifndef BEDPLATE_MKINITRAMFS_ARGS_H
#define BEDPLATE_MKINITRAMFS_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/option.h"

struct args {
	const char *kernel, *output, *root, *parts;
	const char *mode, *compression, *level; /* over the configuration's; NULL */
	struct option_list set;                 /* SECTION.KEY=VALUE, over all of these */
	const char *list, *extract;             /* files */
	bool dump_config, dry_run, explain, json, verbose;
	bool all, force, verify;
	const char *kernel_image, *timeout, *memory, *accel; /* of verify */
	bool only_static, only_boot;
	const char *const *operands; /* of argv */
	size_t operand_count;
};

extern const struct option_command mkinitramfs_command;

#endif
