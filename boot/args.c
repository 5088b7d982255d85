/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.c: the table of options. */
#include "boot/args.h"

#define ROW_ROOT                                                              \
	{                                                                     \
		0, "root", "DIR", "Set up the system below DIR (default: /)", \
			OPTION_TEXT(struct args, root)                        \
	}
#define ROW_FORCE                                                               \
	{                                                                       \
		'f', "force", NULL,                                             \
			"Also write over what somebody else has changed since", \
			OPTION_SWITCH(struct args, force)                       \
	}
#define ROW_RETRY                                                   \
	{                                                           \
		0, "retry", NULL, "Try again what did not come up", \
			OPTION_SWITCH(struct args, retry)           \
	}

static const struct option_spec no_options[] = { OPTION_END };

static const struct option_spec status_options[] = { OPTION_ROW_JSON, ROW_ROOT,
						     OPTION_ROW_VERBOSE, OPTION_END };

static const struct option_spec cmdline_options[] = {
	{ 0, "explain", NULL, "Print where each word comes from",
	  OPTION_SWITCH(struct args, explain) },
	{ 0, "import", NULL,
	  "Write /etc/bedplate/cmdline from what the boot loader has now",
	  OPTION_SWITCH(struct args, import) },
	OPTION_ROW_JSON,
	ROW_ROOT,
	OPTION_ROW_VERBOSE,
	OPTION_END
};

static const struct option_spec plan_options[] = { ROW_FORCE,          ROW_RETRY,
						   OPTION_ROW_JSON,    ROW_ROOT,
						   OPTION_ROW_VERBOSE, OPTION_END };

static const struct option_spec apply_options[] = {
	{ 'y', "yes", NULL, "Do not ask", OPTION_SWITCH(struct args, yes) },
	{ 'n', "dry-run", NULL, "Print what would be done; change nothing",
	  OPTION_SWITCH(struct args, dry_run) },
	{ 0, "clear", NULL,
	  "Take back what was set up, but for what alone starts this machine",
	  OPTION_SWITCH(struct args, clear) },
	ROW_FORCE,
	ROW_RETRY,
	ROW_ROOT,
	OPTION_ROW_VERBOSE,
	OPTION_END
};

static const struct option_spec good_options[] = { ROW_ROOT, OPTION_ROW_VERBOSE,
						   OPTION_END };

static const struct option_spec grub_options[] = {
	{ 0, "root-device", "DEVICE", "What GRUB's generator would give as root=",
	  OPTION_TEXT(struct args, grub_root) },
	{ 0, "cmdline", "TEXT", "The command line of GRUB's own configuration",
	  OPTION_TEXT(struct args, grub_cmdline) },
	{ 0, "title", "TEXT", "What the entries' titles begin with",
	  OPTION_TEXT(struct args, grub_title) },
	{ 0, "folders", NULL, "Only print the folders that GRUB has to get at",
	  OPTION_SWITCH(struct args, grub_folders) },
	ROW_ROOT,
	OPTION_END
};

static const struct option_command commands[] = {
	{ .name = "bedplate boot status",
	  .help = "Show the boot loader, its entries, and what this boot came from",
	  .options = status_options },
	{ .name = "bedplate boot cmdline",
	  .help = "Print the kernel's command line as it will be",
	  .options = cmdline_options },
	{ .name = "bedplate boot plan",
	  .help = "Show what apply would change",
	  .options = plan_options },
	{ .name = "bedplate boot apply",
	  .help = "Set up the boot loader",
	  .options = apply_options },
	{ .name = "bedplate boot good",
	  .help = "Mark this boot as good",
	  .options = good_options },
	{ .name = "bedplate boot grub-entries",
	  .help = "Print GRUB's menu entries, for grub-mkconfig",
	  .options = grub_options },
	{ .name = NULL },
};

const struct option_command boot_command = {
	.name = "bedplate boot",
	.operands = "COMMAND",
	.help = "Set up boot loaders: entries, the kernel's command line, what is tried first",
	.options = no_options,
	.commands = commands,
};
