/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_tpm.c: the TPM, which swtpm makes behind tpm.sock, or the host's. */
#include <string.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv.h"

/* crb is of version 2.0 only; Arm's virt has none on PCI or ISA, but one of its own. */
static const char *device_of(const struct argv_build *build)
{
	const struct guest_tpm *tpm = &build->data->tpm;

	if (build->setup->family == SETUP_VIRT)
		return "tpm-tis-device";
	if (tpm->model == guest_tpm_model_tis ||
	    (tpm->model == guest_tpm_model_auto && !strcmp(tpm->version, "1.2")))
		return "tpm-tis";
	return "tpm-crb";
}

static void add_backend(struct argv_build *build)
{
	const struct guest_tpm *tpm = &build->data->tpm;
	_cleanup_props_ struct props props;

	if (tpm->type == guest_tpm_type_emulator) {
		props_begin(&props, "socket");
		props_add(&props, "id", "tpm");
		props_add(&props, "path", "%s/tpm.sock", build->setup->run);
		argv_add_props(build->argv, "-chardev", &props);
		argv_add(build->argv, "-tpmdev", "emulator,id=tpm0,chardev=tpm");
		return;
	}
	props_begin(&props, "passthrough");
	props_add(&props, "id", "tpm0");
	props_add(&props, "path", "%s", tpm->device);
	argv_add_props(build->argv, "-tpmdev", &props);
}

int argv_build_tpm(struct argv_build *build, struct err *err)
{
	(void)err;
	if (build->data->tpm.type == guest_tpm_type_none)
		return 0;
	argv_from(build->argv, build->guest, "Tpm", "Type", 0);
	add_backend(build);
	argv_add(build->argv, "-device", "%s,tpmdev=tpm0", device_of(build));
	return 0;
}
