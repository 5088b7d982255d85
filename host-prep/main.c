/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: bedplate host-prep: prepares the running host. */
#include "host-prep/args.h"
#include "host-prep/commands.h"
#include "lib/program.h"

static const struct program_command commands[] = {
	{ "plan", plan_run },     { "up", up_run },
	{ "down", down_run },     { "confirm", confirm_run },
	{ "status", status_run }, { "peer", peer_run },
	{ "check", check_run },   { "iommu", iommu_run },
	{ "graph", graph_run },   { NULL, NULL },
};

int main(int argc, char **argv)
{
	struct args args = { .confirm_s = CONFIRM_NONE };

	return program_main(&(struct program){ .options = &host_prep_command,
					       .commands = commands,
					       .args = &args,
					       .verbose = &args.verbose,
					       .operands = &args.parts,
					       .operand_count = &args.part_count },
			    argc, argv);
}
