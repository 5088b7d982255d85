/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_boot.c: the rules of a guest's firmware, TPM, kernel, monitors and of [Qemu]. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/schema/guest_rule.h"

int guest_check_firmware(const struct guest_conf *data, const struct conf *conf,
			 struct err *err)
{
	const struct guest_firmware *keys = &data->firmware;
	enum guest_family family = guest_family(data);
	bool bios = keys->type == guest_firmware_type_bios;
	bool vars = *keys->vars || *keys->vars_template;
	const char *vars_key = *keys->vars ? "Vars" : "VarsTemplate";
	const struct guest_rule rows[] = {
		{ keys->secure_boot && bios, "Firmware", "SecureBoot",
		  "a BIOS has no secure boot", "Type=uefi" },
		{ keys->secure_boot && family != GUEST_FAMILY_Q35 &&
			  family != GUEST_FAMILY_VIRT && family != GUEST_FAMILY_OTHER,
		  "Firmware", "SecureBoot", "secure boot needs the machine q35",
		  "Type=q35 in [Machine]" },
		{ keys->secure_boot && data->machine.smm == guest_machine_smm_off,
		  "Machine", "Smm", "secure boot needs SMM",
		  "Smm=auto, or SecureBoot=no" },
		{ keys->enrolled_keys == guest_firmware_enrolled_keys_yes &&
			  !keys->secure_boot,
		  "Firmware", "EnrolledKeys", "without secure boot nobody asks for keys",
		  "SecureBoot=yes" },
		{ vars && bios, "Firmware", vars_key, "a BIOS has no variables",
		  "Type=uefi" },
		{ *keys->code && keys->secure_boot && !vars, "Firmware", "VarsTemplate",
		  "with Code= of your own it says nothing of the variables with the keys",
		  "VarsTemplate=, too; or no Code=, and both are found" },
		{ keys->format && !*keys->code && !vars, "Firmware", "Format",
		  "no file is named here that it could be of",
		  "Code= and VarsTemplate=" },
		{ family == GUEST_FAMILY_MICROVM &&
			  keys->type == guest_firmware_type_uefi && !*keys->code,
		  "Firmware", "Type", "no UEFI is found for a microvm", "Code=" },
	};

	return guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}

int guest_check_tpm(const struct guest_conf *data, const struct conf *conf,
		    struct err *err)
{
	const struct guest_tpm *tpm = &data->tpm;
	bool old = !strcmp(tpm->version, "1.2");
	const struct guest_rule rows[] = {
		{ !old && strcmp(tpm->version, "2.0") != 0, "Tpm", "Version",
		  "there is no such version", "2.0 or 1.2" },
		{ old && tpm->model == guest_tpm_model_crb, "Tpm", "Model",
		  "crb is for version 2.0 only", "Model=tis" },
		{ tpm->model == guest_tpm_model_crb &&
			  guest_family(data) == GUEST_FAMILY_VIRT,
		  "Tpm", "Model", "this machine has no crb", "Model=tis" },
		{ *tpm->state && tpm->type != guest_tpm_type_emulator, "Tpm", "State",
		  "only swtpm's TPM keeps its state in files", "Type=emulator" },
		{ *tpm->key_file && tpm->type != guest_tpm_type_emulator, "Tpm",
		  "KeyFile", "only swtpm's TPM keeps its state in files",
		  "Type=emulator" },
	};

	return guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}

int guest_check_kernel(const struct guest_conf *data, const struct conf *conf,
		       struct err *err)
{
	const struct guest_kernel *kernel = &data->kernel;
	const char *key = *kernel->initrd         ? "Initrd"
			  : *kernel->command_line ? "CommandLine"
						  : "Dtb";
	bool more = *kernel->initrd || *kernel->command_line || *kernel->dtb;
	const struct guest_rule rows[] = {
		{ more && !*kernel->kernel, "Kernel", key,
		  "there is no kernel to go with it", "Kernel=/boot/vmlinuz" },
	};

	return guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}

int guest_check_monitors(const struct guest_conf *data, const struct conf *conf,
			 struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->monitor.count; i++) {
		const struct guest_monitor *row = &data->monitor.items[i];
		bool socket = row->type == guest_monitor_type_socket;
		bool tcp = row->type == guest_monitor_type_tcp;
		const struct guest_rule rows[] = {
			{ socket && !*row->path, "Monitor", "Path",
			  "the socket has no name", "Path=/run/web-monitor.sock" },
			{ !socket && *row->path, "Monitor", "Path",
			  "only a socket has a path", "Type=socket" },
			{ tcp && !row->port, "Monitor", "Port", "it has no port",
			  "Port=4444" },
			{ !tcp && row->port, "Monitor", "Port", "only tcp has a port",
			  "Type=tcp" },
			{ !tcp && row->telnet, "Monitor", "Telnet",
			  "only tcp speaks telnet's protocol", "Type=tcp" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
	}
	return result;
}

/* DRIVER.PROPERTY=VALUE, or QEMU's longer driver=,property=,value=. */
static bool is_global(const char *text)
{
	const char *equals = strchr(text, '='), *dot = strchr(text, '.');

	return equals && equals != text && ((dot && dot < equals) || strchr(text, ','));
}

int guest_check_qemu(const struct guest_conf *data, const struct conf *conf,
		     struct err *err)
{
	const struct guest_qemu *qemu = &data->qemu;

	for (size_t i = 0; i < qemu->global.count; i++)
		if (!is_global(qemu->global.items[i]))
			return conf_refuse(conf, "Qemu", "Global", 0, err,
					   "such as virtio-net-pci.romfile=",
					   "\"%.60s\" is not DRIVER.PROPERTY=VALUE",
					   qemu->global.items[i]);
	for (size_t i = 0; i < qemu->environment.count; i++) {
		const char *equals = strchr(qemu->environment.items[i], '=');

		if (!equals || equals == qemu->environment.items[i])
			return conf_refuse(conf, "Qemu", "Environment", 0, err,
					   "such as PIPEWIRE_RUNTIME_DIR=/run/user/1000",
					   "\"%.60s\" is not NAME=VALUE",
					   qemu->environment.items[i]);
	}
	return 0;
}
