/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup_firmware.c: which firmware a guest boots, and where its variables are. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/guest_machine.h"
#include "qemu-launch/setup_private.h"

static bool is_uefi(const struct guest_setup *setup, const struct guest_conf *data)
{
	const struct guest_firmware *keys = &data->firmware;

	if (keys->type != guest_firmware_type_auto)
		return keys->type == guest_firmware_type_uefi;
	if (keys->secure_boot || *keys->vars_template || *keys->vars)
		return true;
	return setup->family == SETUP_VIRT && !*data->kernel.kernel && !*keys->code;
}

static bool has_ending(const char *path, const char *ending)
{
	size_t length = strlen(path), end = strlen(ending);

	return length > end && !strcmp(path + length - end, ending);
}

static const char *format_of(const struct guest_firmware *keys, const char *path)
{
	if (keys->format != guest_firmware_format_auto)
		return keys->format == guest_firmware_format_raw ? "raw" : "qcow2";
	return has_ending(path, ".qcow2") ? "qcow2" : "raw";
}

/* What the file names, and nothing is looked for. */
static void take_named(struct firmware *firmware, const struct guest_conf *data)
{
	const struct guest_firmware *keys = &data->firmware;

	*firmware = (struct firmware){ .kind = FIRMWARE_FLASH };
	firmware->secure = firmware->needs_smm = keys->secure_boot;
	snprintf(firmware->code, sizeof(firmware->code), "%s", keys->code);
	snprintf(firmware->code_format, sizeof(firmware->code_format), "%s",
		 format_of(keys, keys->code));
}

static void take_vars(struct firmware *firmware, const struct guest_setup *setup,
		      const struct guest_firmware *keys)
{
	const char *named = *keys->vars_template ? keys->vars_template : keys->vars;

	if (*keys->vars_template)
		snprintf(firmware->vars_template, sizeof(firmware->vars_template), "%s",
			 keys->vars_template);
	if (*named)
		snprintf(firmware->vars_format, sizeof(firmware->vars_format), "%s",
			 format_of(keys, named));
	if (*keys->vars)
		snprintf(firmware->vars, sizeof(firmware->vars), "%s", keys->vars);
	else if (*firmware->vars_template)
		snprintf(firmware->vars, sizeof(firmware->vars), "%.200s/vars.%s",
			 setup->state,
			 strcmp(firmware->vars_format, "qcow2") != 0 ? "fd" : "qcow2");
}

static int find(struct guest_setup *setup, const struct guest *guest, int root_fd,
		struct err *err)
{
	const struct guest_conf *data = guest->data;
	const struct guest_firmware *keys = &data->firmware;
	const struct firmware_want want = {
		.arch = setup->arch,
		.machine = guest_machine_versioned(setup->machine),
		.called = setup->machine,
		.secure_boot = keys->secure_boot,
		.enrolled_keys =
			keys->enrolled_keys == guest_firmware_enrolled_keys_yes ||
			(keys->enrolled_keys == guest_firmware_enrolled_keys_auto &&
			 keys->secure_boot),
		.smm = data->machine.smm != guest_machine_smm_off,
	};
	struct err why = ERR_INIT;
	int result = firmware_find(&setup->firmware, root_fd, &want, &why);

	if (!result)
		return 0;
	conf_fail(guest->conf, "Firmware", keys->secure_boot ? "SecureBoot" : "Type", 0,
		  err, "%s", why.text);
	err_hint(err, "%s", why.hint);
	return result;
}

int setup_resolve_firmware(struct guest_setup *setup, const struct guest *guest,
			   const struct setup_host *host, struct err *err)
{
	const struct guest_firmware *keys = &guest->data->firmware;
	int result;

	setup->firmware = (struct firmware){ .kind = FIRMWARE_DEFAULT };
	if (!is_uefi(setup, guest->data)) {
		if (*keys->code)
			setup->firmware.kind = FIRMWARE_BIOS;
		snprintf(setup->firmware.code, sizeof(setup->firmware.code), "%s",
			 keys->code);
		return 0;
	}
	if (*keys->code) {
		take_named(&setup->firmware, guest->data);
	} else {
		result = find(setup, guest, host->root_fd, err);
		if (result)
			return result;
	}
	take_vars(&setup->firmware, setup, keys);
	return 0;
}
