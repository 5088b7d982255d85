/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_kernel.c: a kernel that QEMU loads itself. */
#include "qemu-launch/argv.h"

int argv_build_kernel(struct argv_build *build, struct err *err)
{
	const struct guest_kernel *kernel = &build->data->kernel;
	const struct {
		const char *key, *option, *value;
	} rows[] = {
		{ "Kernel", "-kernel", kernel->kernel },
		{ "Initrd", "-initrd", kernel->initrd },
		{ "CommandLine", "-append", kernel->command_line },
		{ "Dtb", "-dtb", kernel->dtb },
	};

	(void)err;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!*rows[i].value)
			continue;
		argv_from(build->argv, build->guest, "Kernel", rows[i].key, 0);
		argv_add(build->argv, rows[i].option, "%s", rows[i].value);
	}
	return 0;
}
