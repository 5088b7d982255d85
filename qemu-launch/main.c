/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: bedplate qemu-launch: starts, stops and looks after guests. */
#include "lib/program.h"
#include "qemu-launch/args.h"
#include "qemu-launch/commands.h"

static const struct program_command commands[] = {
	{ "list", list_run },
	{ "argv", argv_run },
	{ "check", check_run },
	{ "status", status_run },
	{ "start", start_run },
	{ "stop", stop_run },
	{ "restart", restart_run },
	{ "reset", reset_run },
	{ "console", console_run },
	{ "monitor", monitor_run },
	{ "qmp", qmp_run },
	{ "run", run_run },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	struct args args = { .root = NULL };

	return program_main(&(struct program){ .options = &qemu_launch_command,
					       .commands = commands,
					       .args = &args,
					       .verbose = &args.verbose,
					       .operands = &args.operands,
					       .operand_count = &args.operand_count },
			    argc, argv);
}
