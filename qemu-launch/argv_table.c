/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_table.c: the builders, in the order of the command line. */
#include "qemu-launch/argv.h"

/* clang-format off */
const struct argv_builder argv_builders[] = {
	{ "qemu", argv_build_qemu },
	{ "machine", argv_build_machine },
	{ "cpu", argv_build_cpu },
	{ "memory", argv_build_memory },
	{ "firmware", argv_build_firmware },
	{ "smbios", argv_build_smbios },
	{ "monitor", argv_build_monitor },
	{ "kernel", argv_build_kernel },
	{ "tpm", argv_build_tpm },
	/* What others are plugged into stands before them: QEMU makes devices in this order. */
	{ "USB controller", argv_build_usb_controller },
	{ "controller", argv_build_controller },
	{ "disk", argv_build_disk },
	{ "cdrom", argv_build_cdrom },
	{ "floppy", argv_build_floppy },
	{ "nic", argv_build_nic },
	{ "serial", argv_build_serial },
	{ "channel", argv_build_channel },
	{ "display", argv_build_display },
	{ "video", argv_build_video },
	{ "audio", argv_build_audio },
	{ "input", argv_build_input },
	{ "passthrough", argv_build_passthrough },
	{ "usb", argv_build_usb },
	{ "share", argv_build_share },
	{ "misc", argv_build_misc },
	{ "args", argv_build_args },
	{ NULL, NULL },
};
/* clang-format on */
