/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_channel.c: the rules of a guest's serial ports, channels, shares and small devices. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/schema/guest_rule.h"

int guest_check_serial(const struct guest_conf *data, const struct conf *conf,
		       struct err *err)
{
	enum guest_family family = guest_family(data);
	int result = 0, consoles = 0;

	for (size_t i = 0; !result && i < data->serial.count; i++) {
		const struct guest_serial *row = &data->serial.items[i];
		enum guest_serial_type type = row->type;
		bool path = type == guest_serial_type_socket ||
			    type == guest_serial_type_file;
		bool tcp = type == guest_serial_type_tcp;
		const struct guest_rule rows[] = {
			{ type == guest_serial_type_console && consoles, "Serial", "Type",
			  "a [Serial] in front is the console", "Type=pty or socket" },
			{ path && !*row->path, "Serial", "Path",
			  "the socket or file is missing", "Path=" },
			{ !path && *row->path, "Serial", "Path",
			  "only socket and file have a path", "Type=socket or file" },
			{ row->append && type != guest_serial_type_file, "Serial",
			  "Append", "only a file is kept", "Type=file" },
			{ tcp && !row->port, "Serial", "Port", "it has no port",
			  "Port=4555" },
			{ !tcp && row->port, "Serial", "Port", "only tcp has a port",
			  "Type=tcp" },
			{ !tcp && row->telnet, "Serial", "Telnet",
			  "only tcp speaks telnet's protocol", "Type=tcp" },
			{ family == GUEST_FAMILY_MICROVM &&
				  (row->device == guest_serial_device_pci ||
				   row->device == guest_serial_device_usb),
			  "Serial", "Device", "a microvm has no PCI and no USB",
			  "isa or virtio" },
			{ family == GUEST_FAMILY_VIRT &&
				  row->device == guest_serial_device_isa,
			  "Serial", "Device", "this machine has no ISA", "Device=auto" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
		consoles += type == guest_serial_type_console;
	}
	return result;
}

int guest_check_channels(const struct guest_conf *data, const struct conf *conf,
			 struct err *err)
{
	int result = 0, agents = 0;

	for (size_t i = 0; !result && i < data->channel.count; i++) {
		const struct guest_channel *row = &data->channel.items[i];
		bool agent = row->type == guest_channel_type_agent;
		bool own = !agent && row->type != guest_channel_type_spice;
		const struct guest_rule rows[] = {
			{ agent && agents, "Channel", "Type",
			  "a [Channel] in front is the guest agent's", "Type=socket" },
			{ own && !*row->name, "Channel", "Name", "it has no name",
			  "Name=org.example.0" },
			{ row->type == guest_channel_type_file && !*row->path, "Channel",
			  "Path", "the file is missing", "Path=" },
			{ *row->path && row->type != guest_channel_type_file &&
				  row->type != guest_channel_type_socket,
			  "Channel", "Path", "only socket and file have a path",
			  "Type=socket or file" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
		agents += agent;
	}
	return result;
}

int guest_check_shares(const struct guest_conf *data, const struct conf *conf,
		       struct err *err)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_.";
	int result = 0;

	for (size_t i = 0; !result && i < data->share.count; i++) {
		const struct guest_share *row = &data->share.items[i];
		bool virtiofs = row->driver == guest_share_driver_virtiofs, twice = false;

		for (size_t j = 0; j < i; j++)
			twice |= !strcmp(row->tag, data->share.items[j].tag);
		const struct guest_rule rows[] = {
			{ !*row->path, "Share", "Path", "the folder is missing",
			  "Path=/srv/web" },
			{ !*row->tag, "Share", "Tag", "the guest would not find it",
			  "Tag=web, which it mounts it by" },
			{ row->tag[strspn(row->tag, letters)], "Share", "Tag",
			  "it has more than letters, digits, - _ and .", "Tag=web" },
			/* virtio_9p and virtio-fs take 31 and 36 bytes. */
			{ strlen(row->tag) > (virtiofs ? 36 : 31), "Share", "Tag",
			  virtiofs ? "it is longer than 36 characters"
				   : "it is longer than 31 characters",
			  "a shorter one" },
			{ twice, "Share", "Tag", "a [Share] in front has it already",
			  "each has its own" },
			{ virtiofs && row->read_only, "Share", "ReadOnly",
			  "not every virtiofsd can keep the guest from writing",
			  "Driver=9p, or a read-only bind mount as Path=" },
			{ !virtiofs && (row->cache || row->xattr), "Share",
			  row->cache ? "Cache" : "Xattr", "only virtiofs has it",
			  "Driver=virtiofs" },
			{ !virtiofs && (row->sandbox || *row->binary), "Share",
			  row->sandbox ? "Sandbox" : "Binary",
			  "only virtiofs has a program of its own", "Driver=virtiofs" },
			{ virtiofs && row->security, "Share", "Security",
			  "virtiofs keeps owners as they are", "Driver=9p" },
			{ !virtiofs && row->options.count, "Share", "Options",
			  "9p has no virtiofsd", "Driver=virtiofs" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
	}
	return result;
}

int guest_check_small(const struct guest_conf *data, const struct conf *conf,
		      struct err *err)
{
	enum guest_family family = guest_family(data);
	enum guest_watchdog_model watchdog = data->watchdog.model;
	const struct guest_rule rows[] = {
		{ watchdog == guest_watchdog_model_itco && family != GUEST_FAMILY_Q35 &&
			  family != GUEST_FAMILY_OTHER,
		  "Watchdog", "Model", "only q35 has it", "Model=i6300esb" },
		{ watchdog == guest_watchdog_model_i6300esb &&
			  family == GUEST_FAMILY_MICROVM,
		  "Watchdog", "Model", "a microvm has no PCI", "Model=none" },
		{ data->vsock.cid && data->vsock.cid < 3, "Vsock", "Cid",
		  "0 to 2 are the hypervisor's, the loopback's and the host's", "Cid=3" },
		{ data->balloon.model == guest_balloon_model_none &&
			  (data->balloon.deflate_on_oom ||
			   data->balloon.free_page_reporting),
		  "Balloon", "Model", "there is no balloon", "Model=virtio" },
	};

	return guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}
