/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preflight_use.c: which of the host's files a guest's file names, and what for. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-launch/preflight.h"

struct adding {
	struct preflight *preflight;
	size_t number;
	bool failed;
};

static void add(struct adding *adding, const char *path, unsigned flags,
		const char *section, const char *key, size_t index)
{
	struct preflight *preflight = adding->preflight;
	struct preflight_use *use, *uses;

	if (!*path)
		return;
	uses = reallocarray(preflight->uses, preflight->use_count + 1, sizeof(*uses));
	if (!uses) {
		adding->failed = true;
		return;
	}
	preflight->uses = uses;
	use = &uses[preflight->use_count++];
	*use = (struct preflight_use){ .guest = adding->number,
				       .path = path,
				       .flags = flags };
	origin_section_text(preflight->guests[adding->number].guest->conf, section, key,
			    index, use->origin, sizeof(use->origin));
}

static void add_disks(struct adding *adding, const struct guest_conf *data)
{
	for (size_t i = 0; i < data->disk.count; i++) {
		const struct guest_disk *disk = &data->disk.items[i];
		bool reads = disk->read_only || disk->volatile_;

		add(adding, disk->path,
		    USE_QEMU | USE_IMAGE | (reads ? 0 : USE_WRITE) |
			    (disk->shareable ? USE_SHARE : 0) |
			    (!reads && (disk->size || *disk->backing) ? USE_MADE : 0),
		    "Disk", "Path", i);
		add(adding, disk->backing, USE_QEMU | USE_IMAGE, "Disk", "Backing", i);
	}
	for (size_t i = 0; i < data->cdrom.count; i++)
		add(adding, data->cdrom.items[i].path, USE_QEMU | USE_IMAGE, "Cdrom",
		    "Path", i);
	for (size_t i = 0; i < data->floppy.count; i++)
		add(adding, data->floppy.items[i].path,
		    USE_QEMU | USE_IMAGE |
			    (data->floppy.items[i].read_only ? 0 : USE_WRITE),
		    "Floppy", "Path", i);
}

static void add_devices(struct adding *adding, const struct guest_conf *data)
{
	for (size_t i = 0; i < data->passthrough.count; i++)
		add(adding, data->passthrough.items[i].rom_file, USE_QEMU, "Passthrough",
		    "RomFile", i);
	for (size_t i = 0; i < data->share.count; i++)
		add(adding, data->share.items[i].path,
		    USE_FOLDER | (data->share.items[i].driver == guest_share_driver_9p
					  ? USE_QEMU
					  : 0),
		    "Share", "Path", i);
	for (size_t i = 0; i < data->rng.count; i++)
		add(adding, data->rng.items[i].source, USE_QEMU, "Rng", "Source", i);
	for (size_t i = 0; i < data->input.count; i++)
		add(adding, data->input.items[i].device, USE_QEMU | USE_INPUT, "Input",
		    "Device", i);
	for (size_t i = 0; i < data->nic.count; i++) {
		add(adding, data->nic.items[i].helper, 0, "Nic", "Helper", i);
		add(adding, data->nic.items[i].tftp, USE_QEMU | USE_FOLDER, "Nic", "Tftp",
		    i);
	}
}

static void add_people(struct adding *adding, const struct guest_conf *data)
{
	for (size_t i = 0; i < data->display.count; i++) {
		const struct guest_display *row = &data->display.items[i];

		add(adding, row->password_file, 0, "Display", "PasswordFile", i);
		add(adding, row->tls_folder, USE_QEMU | USE_FOLDER, "Display",
		    "TlsFolder", i);
		add(adding, row->render_node, USE_QEMU, "Display", "RenderNode", i);
		add(adding, row->socket, USE_SOCKET, "Display", "Socket", i);
	}
	for (size_t i = 0; i < data->serial.count; i++)
		if (data->serial.items[i].type != guest_serial_type_pty)
			add(adding, data->serial.items[i].path, USE_SOCKET, "Serial",
			    "Path", i);
	for (size_t i = 0; i < data->channel.count; i++)
		if (data->channel.items[i].type != guest_channel_type_pty)
			add(adding, data->channel.items[i].path, USE_SOCKET, "Channel",
			    "Path", i);
	for (size_t i = 0; i < data->monitor.count; i++)
		add(adding, data->monitor.items[i].path, USE_SOCKET, "Monitor", "Path",
		    i);
}

static void add_firmware(struct adding *adding, const struct preflight_guest *guest)
{
	const struct guest_conf *data = guest->guest->data;
	const struct firmware *firmware = &guest->setup.firmware;

	if (guest->mistake.code)
		return;
	add(adding, firmware->code, USE_QEMU, "Firmware", "Code", 0);
	if (*data->firmware.vars)
		add(adding, data->firmware.vars,
		    USE_QEMU | USE_IMAGE | USE_WRITE |
			    (*firmware->vars_template ? USE_MADE : 0),
		    "Firmware", "Vars", 0);
	add(adding, firmware->vars_template, 0, "Firmware", "VarsTemplate", 0);
}

int preflight_add_uses(struct preflight *preflight, size_t number)
{
	struct adding adding = { .preflight = preflight, .number = number };
	const struct preflight_guest *guest = &preflight->guests[number];
	const struct guest_conf *data = guest->guest->data;

	add_disks(&adding, data);
	add_firmware(&adding, guest);
	add(&adding, data->kernel.kernel, USE_QEMU, "Kernel", "Kernel", 0);
	add(&adding, data->kernel.initrd, USE_QEMU, "Kernel", "Initrd", 0);
	add(&adding, data->kernel.dtb, USE_QEMU, "Kernel", "Dtb", 0);
	if (data->tpm.type == guest_tpm_type_passthrough)
		add(&adding, data->tpm.device, USE_QEMU | USE_INPUT, "Tpm", "Device", 0);
	if (data->tpm.type == guest_tpm_type_emulator)
		add(&adding, data->tpm.key_file, USE_QEMU, "Tpm", "KeyFile", 0);
	if (guest->setup.kvm)
		add(&adding, "/dev/kvm", USE_QEMU | USE_NODE | USE_WRITE | USE_SHARE,
		    "Machine", "Accel", 0);
	if (data->vsock.cid)
		add(&adding, "/dev/vhost-vsock",
		    USE_QEMU | USE_NODE | USE_WRITE | USE_SHARE, "Vsock", "Cid", 0);
	add_devices(&adding, data);
	add_people(&adding, data);
	return adding.failed ? -ENOMEM : 0;
}
