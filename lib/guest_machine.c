/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_machine.c: names of QEMU's machines (`-machine help`), with a version and without. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/guest_machine.h"

static const struct {
	const char *name;
	size_t length; /* of what decides: with its end it is the whole name */
	enum guest_family family;
	const char *versioned; /* any version; NULL: as it stands */
} machines[] = {
	{ "q35", 4, GUEST_FAMILY_Q35, "pc-q35-0" },
	{ "pc-q35-", 7, GUEST_FAMILY_Q35, NULL },
	{ "pc", 3, GUEST_FAMILY_PC, "pc-i440fx-0" },
	{ "pc-", 3, GUEST_FAMILY_PC, NULL },
	{ "microvm", 7, GUEST_FAMILY_MICROVM, NULL },
	{ "virt", 5, GUEST_FAMILY_VIRT, "virt-0" },
	{ "virt-", 5, GUEST_FAMILY_VIRT, NULL },
};

const char *guest_machine_type(const struct guest_conf *data, const char *arch)
{
	static const char *const no_pc[] = { "aarch64", "arm", "riscv64" };

	if (*data->machine.type)
		return data->machine.type;
	if (*data->machine.arch)
		arch = data->machine.arch;
	for (size_t i = 0; arch && i < ARRAY_SIZE(no_pc); i++)
		if (!strcmp(no_pc[i], arch))
			return "virt";
	return "q35";
}

enum guest_family guest_machine_family(const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (!strncmp(type, machines[i].name, machines[i].length))
			return machines[i].family;
	return GUEST_FAMILY_OTHER;
}

const char *guest_machine_versioned(const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (!strncmp(type, machines[i].name, machines[i].length))
			return machines[i].versioned ? machines[i].versioned : type;
	return type;
}
