/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: bedplate qemu-launch: starts, stops and looks after guests. */
#include <string.h>

#include "lib/program.h"
#include "qemu-launch/args.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/generator.h"

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
	{ "disk", disk_run },
	{ "snapshot", snapshot_run },
	{ "attach", attach_run },
	{ "detach", detach_run },
	{ "boot", boot_run },
	{ "shutdown", shutdown_run },
	{ "run", run_run },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	struct args args = { .root = NULL };
	const char *name = strrchr(argv[0], '/');

	/* A link in systemd's folder of generators. */
	if (!strcmp(name ? name + 1 : argv[0], GENERATOR_NAME))
		return generator_main(argc, argv);
	return program_main(&(struct program){ .options = &qemu_launch_command,
					       .commands = commands,
					       .args = &args,
					       .verbose = &args.verbose,
					       .operands = &args.operands,
					       .operand_count = &args.operand_count },
			    argc, argv);
}
