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

static const struct option_spec check_options[] = { OPTION_ROW_JSON, ROW_ROOT,
						    OPTION_END };

static const struct option_spec plain_options[] = { ROW_ROOT, OPTION_END };

static const struct option_spec run_options[] = { ROW_ROOT, OPTION_ROW_VERBOSE,
						  OPTION_END };

static const struct option_spec console_options[] = {
	{ 0, "log", NULL, "Print what the guest has written so far, and no more",
	  OPTION_SWITCH(struct args, log_only) },
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
	{ .name = "bedplate qemu-launch check",
	  .operands = "[GUEST...]",
	  .help = "Look whether guests can start; all findings at once",
	  .most = 1024,
	  .options = check_options },
	{ .name = "bedplate qemu-launch status",
	  .operands = "[GUEST...]",
	  .help = "Show which guests run, and how they are",
	  .most = 64,
	  .options = list_options },
	{ .name = "bedplate qemu-launch start",
	  .operands = "GUEST...",
	  .help = "Start guests, and wait until they are ready",
	  .most = 64,
	  .options = plain_options },
	{ .name = "bedplate qemu-launch stop",
	  .operands = "GUEST...",
	  .help = "Shut guests down, as each one's file says",
	  .most = 64,
	  .options = plain_options },
	{ .name = "bedplate qemu-launch restart",
	  .operands = "GUEST...",
	  .help = "Shut guests down and start them with their files read anew",
	  .most = 64,
	  .options = plain_options },
	{ .name = "bedplate qemu-launch reset",
	  .operands = "GUEST",
	  .help = "Press the reset button",
	  .most = 1,
	  .options = plain_options },
	{ .name = "bedplate qemu-launch console",
	  .operands = "GUEST",
	  .help = "Show the serial console, with what it has shown so far; Ctrl-] leaves",
	  .most = 1,
	  .options = console_options },
	{ .name = "bedplate qemu-launch monitor",
	  .operands = "GUEST [COMMAND...]",
	  .help = "Use QEMU's monitor, or run one of its commands",
	  .most = 64,
	  .options = plain_options },
	{ .name = "bedplate qemu-launch qmp",
	  .operands = "GUEST [COMMAND [ARGUMENTS]]",
	  .help = "Speak QMP: one command with its arguments in JSON, or all by yourself",
	  .most = 3,
	  .options = plain_options },
	{ .name = "bedplate qemu-launch run",
	  .operands = "GUEST",
	  .help = "Start a guest and look after it in the foreground, as its unit does",
	  .most = 1,
	  .options = run_options },
	{ .name = NULL },
};

const struct option_command qemu_launch_command = {
	.name = "bedplate qemu-launch",
	.operands = "COMMAND",
	.help = "Start, stop and look after guests, pinned and in the right order",
	.options = no_options,
	.commands = commands,
};
