/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.c: the table of options. */
#include "mkinitramfs/args.h"

#define ROW_ROOT                                                            \
	{                                                                   \
		0, "root", "DIR", "Read the system below DIR (default: /)", \
			OPTION_TEXT(struct args, root)                      \
	}
#define ROW_SET                                                                 \
	{                                                                       \
		0, "set", "SECTION.KEY=VALUE",                                  \
			"Set a key of host.conf for this run; may be repeated", \
			OPTION_LIST(struct args, set)                           \
	}
#define ROW_PARTS                                                                   \
	{                                                                           \
		0, "parts", "DIR",                                                  \
			"Take the programs init, lvm, e2fsck and busybox from DIR", \
			OPTION_TEXT(struct args, parts)                             \
	}
#define ROW_KERNEL_IMAGE                                                              \
	{                                                                             \
		0, "kernel-image", "FILE",                                            \
			"The kernel to verify with (default: that of its version in " \
			"/boot or beside its modules)",                               \
			OPTION_TEXT(struct args, kernel_image)                        \
	}
#define ROW_DRY_RUN                                                              \
	{                                                                        \
		'n', "dry-run", NULL, "Print what would be done; write nothing", \
			OPTION_SWITCH(struct args, dry_run)                      \
	}

static const struct option_spec options[] = {
	{ 'k', "kernel", "VERSION",
	  "The kernel whose modules go in (default: the running one)",
	  OPTION_TEXT(struct args, kernel) },
	{ 'o', "output", "FILE", "Write the image to FILE",
	  OPTION_TEXT(struct args, output) },
	{ 0, "verify", NULL, "Verify it as [Image] Verify= says before FILE gets it",
	  OPTION_SWITCH(struct args, verify) },
	ROW_KERNEL_IMAGE,
	{ 0, "mode", "MODE", "Make the image for this host's root, or for any machine",
	  OPTION_WORD(struct args, mode, "host", "generic") },
	ROW_ROOT,
	{ 0, "compression", "METHOD", "How the image is compressed",
	  OPTION_WORD(struct args, compression, "zstd", "gzip", "xz", "lz4", "none") },
	{ 0, "level", "N", "Compression level (0: the method's default)",
	  OPTION_TEXT(struct args, level) },
	ROW_SET,
	ROW_PARTS,
	{ 0, "explain", NULL, "Print each entry and why it is in the image",
	  OPTION_SWITCH(struct args, explain) },
	{ 'n', "dry-run", NULL, "Print what the image would hold; write nothing",
	  OPTION_SWITCH(struct args, dry_run) },
	OPTION_ROW_JSON,
	{ 'l', "list", "FILE", "List what an initramfs holds",
	  OPTION_TEXT(struct args, list) },
	{ 'x', "extract", "FILE", "Unpack an initramfs into the folder DIR",
	  OPTION_TEXT(struct args, extract) },
	{ 0, "dump-config", NULL,
	  "Print the configuration and where each value came from",
	  OPTION_SWITCH(struct args, dump_config) },
	OPTION_ROW_VERBOSE,
	OPTION_END
};

static const struct option_spec update_options[] = {
	{ 'a', "all", NULL, "For every kernel that is installed",
	  OPTION_SWITCH(struct args, all) },
	{ 'f', "force", NULL, "Also where nothing has changed",
	  OPTION_SWITCH(struct args, force) },
	{ 0, "kernel-image", "FILE",
	  "The file that is to become the kernel's own (default: the one that is)",
	  OPTION_TEXT(struct args, kernel_image) },
	ROW_DRY_RUN,
	OPTION_ROW_JSON,
	ROW_ROOT,
	ROW_SET,
	ROW_PARTS,
	OPTION_ROW_VERBOSE,
	OPTION_END
};

static const struct option_spec remove_options[] = {
	{ 'f', "force", NULL, "Also that of the running kernel",
	  OPTION_SWITCH(struct args, force) },
	ROW_DRY_RUN,
	OPTION_ROW_JSON,
	ROW_ROOT,
	ROW_SET,
	OPTION_ROW_VERBOSE,
	OPTION_END
};

static const struct option_spec status_options[] = {
	OPTION_ROW_JSON, ROW_ROOT, ROW_SET, ROW_PARTS, OPTION_ROW_VERBOSE, OPTION_END
};

static const struct option_spec verify_options[] = {
	{ 'k', "kernel", "VERSION",
	  "The kernel that the image must fit (default: the one it says)",
	  OPTION_TEXT(struct args, kernel) },
	ROW_KERNEL_IMAGE,
	{ 0, "static", NULL, "Only look at the image",
	  OPTION_SWITCH(struct args, only_static) },
	{ 0, "boot", NULL, "Only boot the image", OPTION_SWITCH(struct args, only_boot) },
	{ 0, "timeout", "SPAN", "How long the boot may take (default: 2min)",
	  OPTION_TEXT(struct args, timeout) },
	{ 0, "memory", "SIZE", "The guest's memory (default: 512M)",
	  OPTION_TEXT(struct args, memory) },
	{ 0, "accel", "KIND", "How the guest runs (default: auto, KVM where it works)",
	  OPTION_WORD(struct args, accel, "auto", "kvm", "tcg") },
	{ 0, "root", "DIR", "The system that the image is for (default: /)",
	  OPTION_TEXT(struct args, root) },
	{ 0, "parts", "DIR", "Take the program init-probe from DIR",
	  OPTION_TEXT(struct args, parts) },
	OPTION_ROW_JSON,
	OPTION_ROW_VERBOSE,
	OPTION_END
};

enum { VERSIONS_MAX = 1000 };

static const struct option_command commands[] = {
	{ .name = "bedplate mkinitramfs update",
	  .operands = "[VERSION]...",
	  .help = "Install images, where they are not up to date",
	  .most = VERSIONS_MAX,
	  .options = update_options },
	{ .name = "bedplate mkinitramfs remove",
	  .operands = "VERSION...",
	  .help = "Remove kernels' images",
	  .most = VERSIONS_MAX,
	  .options = remove_options },
	{ .name = "bedplate mkinitramfs status",
	  .operands = "[VERSION]...",
	  .help = "Show which kernels have images, and what about them",
	  .most = VERSIONS_MAX,
	  .options = status_options },
	{ .name = "bedplate mkinitramfs verify",
	  .operands = "FILE",
	  .help = "Say whether an image is any good, by looking at it and by booting it",
	  .most = 1,
	  .options = verify_options },
	{ .name = NULL },
};

const struct option_command mkinitramfs_command = {
	.name = "bedplate mkinitramfs",
	.operands = "[DIR]",
	.help = "Make, install, list and unpack initramfs images",
	.most = 1,
	.options = options,
	.commands = commands,
};
