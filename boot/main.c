/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: bedplate boot: sets up boot loaders. */
#include "boot/args.h"
#include "boot/commands.h"
#include "lib/program.h"

static const struct program_command commands[] = {
	{ "status", status_run },
	{ "cmdline", cmdline_run },
	{ "plan", plan_command_run },
	{ "apply", apply_run },
	{ "good", good_run },
	{ "grub-entries", grub_entries_run },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	struct args args = { .root = NULL };

	return program_main(&(struct program){ .options = &boot_command,
					       .commands = commands,
					       .args = &args,
					       .verbose = &args.verbose },
			    argc, argv);
}
