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

static const struct option_spec boot_options[] = {
	{ 'n', "dry-run", NULL, "Print what would be done, in order; change nothing",
	  OPTION_SWITCH(struct args, dry_run) },
	OPTION_ROW_JSON,
	ROW_ROOT,
	OPTION_END
};

static const struct option_spec run_options[] = { ROW_ROOT, OPTION_ROW_VERBOSE,
						  OPTION_END };

static const struct option_spec console_options[] = {
	{ 0, "log", NULL, "Print what the guest has written so far, and no more",
	  OPTION_SWITCH(struct args, log_only) },
	ROW_ROOT,
	OPTION_END
};

#define FORMATS "raw", "qcow2", "vmdk", "vdi", "vhdx"

static const struct option_spec disk_options[] = {
	{ 'f', "format", "FORMAT",
	  "What is in the file, or is to be in it (default: by its name's ending)",
	  OPTION_WORD(struct args, format, FORMATS) },
	{ 'b', "backing", "FILE", "Of create: what the new file lies over",
	  OPTION_TEXT(struct args, backing) },
	{ 0, "replace", NULL, "Of convert: write over what is there",
	  OPTION_SWITCH(struct args, replace) },
	{ 'c', "compress", NULL, "Of convert: pack it",
	  OPTION_SWITCH(struct args, compress) },
	{ 0, "shrink", NULL, "Of resize: cut off what is behind the new end",
	  OPTION_SWITCH(struct args, shrink) },
	{ 'r', "repair", "WHAT", "Of check: put right what is wrong",
	  OPTION_WORD(struct args, repair, "leaks", "all") },
	{ 'w', "write", NULL, "Of mount: writable",
	  OPTION_SWITCH(struct args, writable) },
	{ 'p', "partition", "NUMBER", "Of mount: this partition (default: the only one)",
	  OPTION_TEXT(struct args, partition) },
	OPTION_ROW_JSON,
	ROW_ROOT,
	OPTION_END
};

static const struct option_spec snapshot_options[] = {
	{ 'd', "disk", "DISK", "This disk only", OPTION_TEXT(struct args, disk) },
	{ 0, "undo", NULL, "Of rollback: take the last one back",
	  OPTION_SWITCH(struct args, undo) },
	OPTION_ROW_JSON,
	ROW_ROOT,
	OPTION_END
};

static const struct option_spec attach_options[] = {
	{ 0, "id", "ID", "What it is called by detach (default: made of its name)",
	  OPTION_TEXT(struct args, id) },
	{ 'f', "format", "FORMAT",
	  "Of a disk: what is in it (default: by its name's ending)",
	  OPTION_WORD(struct args, format, FORMATS) },
	{ 'b', "bus", "BUS", "Of a disk: how the guest sees it (default: virtio)",
	  OPTION_WORD(struct args, bus, "virtio", "scsi", "usb") },
	{ 0, "serial", "TEXT", "Of a disk: its serial number",
	  OPTION_TEXT(struct args, serial) },
	{ 'r', "read-only", NULL, "Of a disk: the guest can only read it",
	  OPTION_SWITCH(struct args, read_only) },
	{ 'm', "model", "MODEL",
	  "Of a card: the card that the guest sees (default: virtio)",
	  OPTION_WORD(struct args, model, "virtio", "e1000", "e1000e", "igb", "rtl8139",
		      "vmxnet3", "usb-net") },
	{ 0, "mac", "ADDRESS",
	  "Of a card: its hardware address (default: made of its name)",
	  OPTION_TEXT(struct args, mac) },
	ROW_ROOT,
	OPTION_END
};

static const struct option_spec detach_options[] = {
	{ 't', "timeout", "SPAN",
	  "How long the guest may take to let go of it (default: 30s)",
	  OPTION_TEXT(struct args, timeout) },
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
	  .help = "Start guests and those that they require, and wait until they are ready",
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
	{ .name = "bedplate qemu-launch boot",
	  .help = "Start all guests that start with the host, in order, and wait for them",
	  .options = boot_options },
	{ .name = "bedplate qemu-launch shutdown",
	  .help = "Shut all guests down, in reverse order",
	  .options = boot_options },
	{ .name = "bedplate qemu-launch run",
	  .operands = "GUEST",
	  .help = "Start a guest and look after it in the foreground, as its unit does",
	  .most = 1,
	  .options = run_options },
	{ .name = "bedplate qemu-launch disk",
	  .operands =
		  "create|resize|info|convert|check|mount|umount GUEST|FILE [OPERAND...]",
	  .help = "Make, change and mount disks",
	  .most = 4,
	  .options = disk_options },
	{ .name = "bedplate qemu-launch snapshot",
	  .operands = "create|commit|rollback|forget|list GUEST [NAME]",
	  .help = "Lay overlays over disks, and take them off",
	  .most = 3,
	  .options = snapshot_options },
	{ .name = "bedplate qemu-launch attach",
	  .operands = "usb|disk|nic GUEST WHAT",
	  .help = "Plug a device into a guest that runs",
	  .most = 3,
	  .options = attach_options },
	{ .name = "bedplate qemu-launch detach",
	  .operands = "usb|disk|nic GUEST WHAT",
	  .help = "Unplug a device that was attached",
	  .most = 3,
	  .options = detach_options },
	{ .name = NULL },
};

const struct option_command qemu_launch_command = {
	.name = "bedplate qemu-launch",
	.operands = "COMMAND",
	.help = "Start, stop and look after guests, pinned and in the right order",
	.options = no_options,
	.commands = commands,
};
