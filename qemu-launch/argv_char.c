/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_char.c: [Serial] and [Channel]: character devices, with what is at the host's end. */
#include <errno.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

/* A socket's file: the one given, or NAME in the guest's folder of sockets. */
static void add_socket(struct props *p, const struct argv_build *b, const char *path,
		       const char *name)
{
	if (*path)
		props_add(p, "path", "%s", path);
	else
		props_add(p, "path", "%s/%s.sock", b->setup->run, name);
	props_add_switch(p, "server", true);
	props_add_switch(p, "wait", false);
}

static void add_tcp(struct props *p, const struct guest_serial *row)
{
	_cleanup_strbuf_ struct strbuf address;

	strbuf_init(&address, 0);
	ip_address_format(&row->address, &address);
	props_add(p, "host", "%s", address.text);
	props_add(p, "port", "%lld", (long long)row->port);
	props_add_switch(p, "server", true);
	props_add_switch(p, "wait", false);
	if (row->telnet)
		props_add_switch(p, "telnet", true);
}

/* What the console has written is kept for `console` and Ready=console. Appended, so that who
 * looks after the guest can give back what is long past. */
static void add_log(struct props *p, const struct argv_build *b,
		    const struct guest_serial *row)
{
	if (*row->log)
		props_add(p, "logfile", "%s", row->log);
	else if (row->type == guest_serial_type_console)
		props_add(p, "logfile", "%s/console.log", b->setup->run);
	else
		return;
	props_add_switch(p, "logappend", true);
}

static int serial_back(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_serial *row = &b->data->serial.items[i];
	enum guest_serial_type type = row->type;
	char name[32];
	struct props p;

	if (type == guest_serial_type_file && !*row->path)
		return conf_fail(b->guest->conf, "Serial", "Path", i, err,
				 "it does not say which file");
	if (type == guest_serial_type_tcp && !row->port)
		return conf_fail(b->guest->conf, "Serial", "Port", i, err,
				 "it does not say which port");
	snprintf(name, sizeof(name), "serial%zu", i);
	props_begin(&p, type == guest_serial_type_console || type == guest_serial_type_tcp
				? "socket"
				: device_key_word("Serial", "Type", type));
	props_add(&p, "id", "serial%zu", i);
	if (type == guest_serial_type_console)
		add_socket(&p, b, "", "console");
	else if (type == guest_serial_type_socket)
		add_socket(&p, b, row->path, name);
	else if (type == guest_serial_type_tcp)
		add_tcp(&p, row);
	else if (type == guest_serial_type_file)
		props_add(&p, "path", "%s", row->path);
	if (type == guest_serial_type_file && row->append)
		props_add_switch(&p, "append", true);
	add_log(&p, b, row);
	argv_add_props(b->argv, "-chardev", &p);
	return 0;
}

static int serial_device(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_serial *row = &b->data->serial.items[i];
	_cleanup_props_ struct props p;
	int result = 0;

	switch (row->device) {
	case guest_serial_device_pci:
		props_begin(&p, "pci-serial");
		result = device_place(b, &p, &row->slot, PCI_REGION_OTHER, err);
		break;
	case guest_serial_device_usb:
		props_begin(&p, "usb-serial");
		result = device_usb(b, &p, err);
		break;
	case guest_serial_device_virtio:
		props_begin(&p, "virtconsole");
		result = device_unit(b, &p, UNIT_SERIAL, 0, -1, err);
		break;
	default:
		props_begin(&p, "isa-serial");
	}
	if (result)
		return device_fail(b, "Serial", "Device", i, err);
	props_add(&p, "chardev", "serial%zu", i);
	props_add(&p, "id", "serial%zu", i);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

/* PCs' ports are devices; other machines have theirs already and are told what is plugged in. */
static bool is_machines_own(const struct argv_build *b, const struct guest_serial *row)
{
	return row->device == guest_serial_device_auto && b->setup->family != SETUP_PC &&
	       b->setup->family != SETUP_Q35;
}

static int check_console(const struct argv_build *b, size_t index, struct err *err)
{
	const struct guest_serial *rows = b->data->serial.items;

	for (size_t i = 0; i < index; i++)
		if (rows[index].type == guest_serial_type_console &&
		    rows[i].type == rows[index].type)
			return conf_fail(b->guest->conf, "Serial", "Type", index, err,
					 "`console` shows one port only");
	return 0;
}

int argv_build_serial(struct argv_build *b, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < b->data->serial.count; i++) {
		argv_from(b->argv, b->guest, "Serial", "Type", i);
		result = check_console(b, i, err);
		if (!result)
			result = serial_back(b, i, err);
		if (result)
			break;
		if (is_machines_own(b, &b->data->serial.items[i]))
			argv_add(b->argv, "-serial", "chardev:serial%zu", i);
		else
			result = serial_device(b, i, err);
	}
	return result;
}

/* In the order of Type='s words: the names that both ends know. */
static const char *const names[] = {
	[guest_channel_type_agent] = "org.qemu.guest_agent.0",
	[guest_channel_type_spice] = "com.redhat.spice.0",
	[guest_channel_type_socket] = "",
	[guest_channel_type_pty] = "",
	[guest_channel_type_file] = "",
};

static void channel_back(struct argv_build *b, const char *id,
			 const struct guest_channel *row)
{
	struct props p;

	if (row->type == guest_channel_type_spice)
		props_begin(&p, "spicevmc");
	else if (row->type == guest_channel_type_agent)
		props_begin(&p, "socket");
	else
		props_begin(&p, device_key_word("Channel", "Type", row->type));
	props_add(&p, "id", "%s", id);
	if (row->type == guest_channel_type_spice)
		props_add(&p, "name", "vdagent");
	else if (row->type == guest_channel_type_agent)
		add_socket(&p, b, row->path, "agent");
	else if (row->type == guest_channel_type_socket)
		add_socket(&p, b, row->path, id);
	else if (row->type == guest_channel_type_file)
		props_add(&p, "path", "%s", row->path);
	argv_add_props(b->argv, "-chardev", &p);
}

static int add_channel(struct argv_build *b, const char *id,
		       const struct guest_channel *row, struct err *err)
{
	_cleanup_props_ struct props p;
	const char *name = *row->name ? row->name : names[row->type];
	int result;

	props_begin(&p, "virtserialport");
	if (!*name)
		return err_set(err, EINVAL, "it needs Name=");
	if (row->type == guest_channel_type_file && !*row->path)
		return err_set(err, EINVAL, "it needs Path=");
	channel_back(b, id, row);
	result = device_unit(b, &p, UNIT_SERIAL, 0, row->number ? row->number : -1, err);
	if (result)
		return result;
	props_add(&p, "chardev", "%s", id);
	props_add(&p, "id", "%s", id);
	props_add(&p, "name", "%s", name);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

int argv_build_channel(struct argv_build *b, struct err *err)
{
	static char nothing[] = "";
	const struct guest_channel spice = { .type = guest_channel_type_spice,
					     .name = nothing,
					     .path = nothing };

	for (size_t i = 0; i < b->data->channel.count; i++) {
		char id[32];

		snprintf(id, sizeof(id), "channel%zu", i);
		argv_from(b->argv, b->guest, "Channel", "Type", i);
		if (add_channel(b, id, &b->data->channel.items[i], err))
			return device_fail(b, "Channel", "Type", i, err);
	}
	argv_from(b->argv, b->guest, NULL, NULL, 0);
	return device_wants_spice_channel(b->data)
		       ? add_channel(b, "spice-agent", &spice, err)
		       : 0;
}
