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
	{ "args", argv_build_args },
	{ NULL, NULL },
};
/* clang-format on */
