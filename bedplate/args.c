/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.c: the table of options. */
#include "bedplate/args.h"

static const struct option_spec no_options[] = { OPTION_END };

static const struct option_spec chart_options[] = {
	{ 0, "all", NULL,
	  "Also what was skipped, and units that took 10 ms or more but held nothing up",
	  OPTION_SWITCH(struct args, all) },
	{ 0, "svg", NULL, "Draw an SVG document", OPTION_SWITCH(struct args, svg) },
	OPTION_ROW_JSON,
	{ 'o', "output", "FILE", "Write to FILE instead of the standard output",
	  OPTION_TEXT(struct args, output) },
	{ 0, "root", "DIR", "Read what the system below DIR left (default: /)",
	  OPTION_TEXT(struct args, root) },
	OPTION_ROW_VERBOSE,
	OPTION_END
};

static const struct option_spec init_config_options[] = {
	{ 'n', "dry-run", NULL, "Print what would be written; write nothing",
	  OPTION_SWITCH(struct args, dry_run) },
	{ 'o', "output", "DIR", "Write into DIR and not into etc/bedplate below the root",
	  OPTION_TEXT(struct args, output) },
	{ 0, "json", NULL,
	  "Print what was found, what is proposed and which files as JSON",
	  OPTION_SWITCH(struct args, json) },
	{ 0, "root", "DIR", "Look at the system below DIR (default: /)",
	  OPTION_TEXT(struct args, root) },
	OPTION_END
};

#define ROW_ROOT                                                               \
	{                                                                      \
		0, "root", "DIR", "Look at the system below DIR (default: /)", \
			OPTION_TEXT(struct args, root)                         \
	}

static const struct option_spec check_options[] = {
	OPTION_ROW_JSON,
	ROW_ROOT,
	{ 'v', "verbose", NULL, "Also name what is well",
	  OPTION_SWITCH(struct args, verbose) },
	OPTION_END
};

static const struct option_spec status_options[] = { OPTION_ROW_JSON, ROW_ROOT,
						     OPTION_END };

static const struct option_spec report_options[] = {
	{ 'n', "dry-run", NULL, "List what would be in it; write nothing",
	  OPTION_SWITCH(struct args, dry_run) },
	{ 'o', "output", "FILE",
	  "Write there (default: bedplate-report-HOST-TIME.tar.gz)",
	  OPTION_TEXT(struct args, output) },
	ROW_ROOT,
	OPTION_END
};

static const struct option_command commands[] = {
	{ .name = "bedplate chart",
	  .help = "Show the boot, from the kernel to the last guest, as a time line",
	  .options = chart_options },
	{ .name = "bedplate init-config",
	  .help = "Look at the machine and write a commented first configuration",
	  .options = init_config_options },
	{ .name = "bedplate check",
	  .help = "Look for what is wrong, everywhere at once",
	  .options = check_options },
	{ .name = "bedplate status",
	  .help = "Show the whole host on one screen",
	  .options = status_options },
	{ .name = "bedplate report",
	  .help = "Pack what a bug report needs, secrets left out",
	  .options = report_options },
	{ .name = NULL },
};

const struct option_command bedplate_command = {
	.name = "bedplate",
	.operands = "COMMAND",
	.help = "Boot and prepare a KVM hypervisor host",
	.options = no_options,
	.commands = commands,
};
