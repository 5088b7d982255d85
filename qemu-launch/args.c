/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.c: the table of options. */
#include "qemu-launch/args.h"

static const struct option_spec no_options[] = { OPTION_END };

#define ROW_ROOT                                                                             \
	{                                                                                    \
		0, "root", "DIR",                                                            \
			"Where configuration, sockets and state of guests are (default: /)", \
			OPTION_TEXT(struct args, root)                                       \
	}

static const struct option_spec list_options[] = { OPTION_ROW_JSON, ROW_ROOT,
						   OPTION_END };

static const struct option_spec argv_options[] = {
	{ 0, "lines", NULL, "Print one option a line",
	  OPTION_SWITCH(struct args, lines) },
	{ 0, "origins", NULL, "Say which line of the guest's file each option comes from",
	  OPTION_SWITCH(struct args, origins) },
	OPTION_ROW_JSON,
	ROW_ROOT,
	OPTION_END
};

static const struct option_command commands[] = {
	{ .name = "bedplate qemu-launch list",
	  .help = "List the guests",
	  .options = list_options },
	{ .name = "bedplate qemu-launch argv",
	  .operands = "GUEST",
	  .help = "Print the command line that QEMU would get",
	  .most = 1,
	  .options = argv_options },
	{ .name = NULL },
};

const struct option_command qemu_launch_command = {
	.name = "bedplate qemu-launch",
	.operands = "COMMAND",
	.help = "Start, stop and look after guests, pinned and in the right order",
	.options = no_options,
	.commands = commands,
};
