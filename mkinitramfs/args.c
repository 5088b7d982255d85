/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.c: the table of options. */
#include "mkinitramfs/args.h"

static const struct option_spec options[] = {
	{ 'k', "kernel", "VERSION",
	  "The kernel whose modules go in (default: the running one)",
	  OPTION_TEXT(struct args, kernel) },
	{ 'o', "output", "FILE", "Write the image to FILE",
	  OPTION_TEXT(struct args, output) },
	{ 0, "mode", "MODE", "Make the image for this host's root, or for any machine",
	  OPTION_WORD(struct args, mode, "host", "generic") },
	{ 0, "root", "DIR", "Read the system below DIR (default: /)",
	  OPTION_TEXT(struct args, root) },
	{ 0, "compression", "METHOD", "How the image is compressed",
	  OPTION_WORD(struct args, compression, "zstd", "gzip", "xz", "lz4", "none") },
	{ 0, "level", "N", "Compression level (0: the method's default)",
	  OPTION_TEXT(struct args, level) },
	{ 0, "set", "SECTION.KEY=VALUE",
	  "Set a key of host.conf for this run; may be repeated",
	  OPTION_LIST(struct args, set) },
	{ 0, "parts", "DIR", "Take the programs init, lvm, e2fsck and busybox from DIR",
	  OPTION_TEXT(struct args, parts) },
	{ 0, "explain", NULL, "Print each entry and why it is in the image",
	  OPTION_SWITCH(struct args, explain) },
	{ 'n', "dry-run", NULL, "Print what the image would hold; write nothing",
	  OPTION_SWITCH(struct args, dry_run) },
	{ 0, "json", NULL, "Print JSON", OPTION_SWITCH(struct args, json) },
	{ 'l', "list", "FILE", "List what an initramfs holds",
	  OPTION_TEXT(struct args, list) },
	{ 'x', "extract", "FILE", "Unpack an initramfs into the folder DIR",
	  OPTION_TEXT(struct args, extract) },
	{ 0, "dump-config", NULL,
	  "Print the configuration and where each value came from",
	  OPTION_SWITCH(struct args, dump_config) },
	{ 'v', "verbose", NULL, "Say more", OPTION_SWITCH(struct args, verbose) },
	OPTION_END
};

const struct option_command mkinitramfs_command = {
	.name = "bedplate mkinitramfs",
	.operands = "[DIR]",
	.help = "Make, list and unpack initramfs images",
	.most = 1,
	.options = options,
};
