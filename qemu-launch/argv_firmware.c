/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_firmware.c: the firmware's code and variables, and SMBIOS's tables. */
#include "lib/cleanup.h"
#include "qemu-launch/argv.h"
#include "qemu-launch/ready.h"

/* A flash chip: 0 has the code, 1 the variables. */
static void add_flash(struct argv_build *build, int unit, const char *format,
		      const char *path)
{
	_cleanup_props_ struct props props;

	props_begin(&props, NULL);
	props_add(&props, "if", "pflash");
	props_add(&props, "format", "%s", format);
	props_add(&props, "unit", "%d", unit);
	props_add_switch(&props, "readonly", unit == 0);
	props_add(&props, "file", "%s", path);
	argv_add_props(build->argv, "-drive", &props);
}

int argv_build_firmware(struct argv_build *build, struct err *err)
{
	const struct firmware *firmware = &build->setup->firmware;

	(void)err;
	argv_from(build->argv, build->guest, "Firmware",
		  build->data->firmware.secure_boot ? "SecureBoot" : "Type", 0);
	if (firmware->kind == FIRMWARE_BIOS) {
		argv_add(build->argv, "-bios", "%s", firmware->code);
	} else if (firmware->kind == FIRMWARE_FLASH) {
		if (firmware->secure)
			argv_add(build->argv, "-global",
				 "driver=cfi.pflash01,property=secure,value=on");
		add_flash(build, 0, firmware->code_format, firmware->code);
		if (*firmware->vars)
			add_flash(build, 1, firmware->vars_format, firmware->vars);
	}
	if (!build->data->firmware.debug)
		return 0;
	argv_from(build->argv, build->guest, "Firmware", "Debug", 0);
	argv_add(build->argv, "-global", "isa-debugcon.iobase=0x402");
	argv_add(build->argv, "-debugcon", "file:%s/firmware.log", build->setup->run);
	return 0;
}

/* One option for each table that has a text. */
static void add_table(struct argv_build *build, int type)
{
	const char *key = NULL;
	_cleanup_props_ struct props props;

	props_begin(&props, NULL);
	props_add(&props, "type", "%d", type);
	for (size_t i = 0; i < SMBIOS_ROWS; i++) {
		const struct smbios_row *row = &smbios_rows[i];

		if (row->type != type || !build->setup->smbios[i])
			continue;
		if (!key)
			key = row->key;
		props_add(&props, row->property, "%s", build->setup->smbios[i]);
	}
	if (!key)
		return;
	argv_from(build->argv, build->guest, "Smbios", key, 0);
	argv_add_props(build->argv, "-smbios", &props);
}

/* Where its service manager says READY=1: the system credential vmm.notify_socket
 * (systemd.system-credentials(7)), which comes as an OEM string of SMBIOS's, or by fw_cfg
 * where the machine has no SMBIOS. Number 2 is the host. */
static void add_notify(struct argv_build *build, struct props *oem)
{
	static const char name[] = "vmm.notify_socket";
	unsigned port = READY_VSOCK_PORT + (unsigned)build->data->vsock.cid;

	argv_from(build->argv, build->guest, "Guest", "Ready", 0);
	if (build->setup->family == SETUP_MICROVM)
		argv_add(build->argv, "-fw_cfg",
			 "name=opt/io.systemd.credentials/%s,string=vsock-stream:2:%u",
			 name, port);
	else
		props_add(oem, "value", "io.systemd.credential:%s=vsock-stream:2:%u",
			  name, port);
}

int argv_build_smbios(struct argv_build *build, struct err *err)
{
	const struct guest_smbios *smbios = &build->data->smbios;
	size_t empty;
	_cleanup_props_ struct props props;

	(void)err;
	props_begin(&props, NULL);
	for (int type = 0; type <= 3; type++)
		add_table(build, type);
	props_add(&props, "type", "11");
	empty = props.text.length;
	if (build->data->guest.ready == guest_guest_ready_notify)
		add_notify(build, &props);
	if (smbios->oem.count)
		argv_from(build->argv, build->guest, "Smbios", "Oem", 0);
	for (size_t i = 0; i < smbios->oem.count; i++)
		props_add(&props, "value", "%s", smbios->oem.items[i]);
	if (props.text.length > empty)
		argv_add_props(build->argv, "-smbios", &props);
	return 0;
}
