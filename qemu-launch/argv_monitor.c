/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_monitor.c: our own monitors, and those for people. */
#include <stdio.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv.h"

/* Of QMP one for who looks after the guest, one for commands: each takes one at a time. */
static const struct {
	const char *id, *socket, *mode;
} own[] = {
	{ "qmp", "qmp.sock", "control" },
	{ "control", "control.sock", "control" },
	{ "monitor", "monitor.sock", "readline" },
};

static void add_monitor(struct argv_build *build, const char *id, const char *mode)
{
	argv_add(build->argv, "-mon", "chardev=%s,mode=%s", id, mode);
}

static void add_own(struct argv_build *build, size_t i)
{
	_cleanup_props_ struct props props;

	props_begin(&props, "socket");
	props_add(&props, "id", "%s", own[i].id);
	props_add(&props, "path", "%s/%s", build->setup->run, own[i].socket);
	props_add(&props, "server", "on");
	props_add(&props, "wait", "off");
	argv_add_props(build->argv, "-chardev", &props);
	add_monitor(build, own[i].id, own[i].mode);
}

static void add_address(struct props *props, const struct guest_monitor *row)
{
	_cleanup_strbuf_ struct strbuf host;

	strbuf_init(&host, 0);
	ip_address_format(&row->address, &host);
	props_add(props, "host", "%s", host.text);
	props_add(props, "port", "%d", (int)row->port);
	if (row->telnet)
		props_add(props, "telnet", "on");
}

static void add_row(struct argv_build *build, size_t i)
{
	const struct guest_monitor *row = &build->data->monitor.items[i];
	_cleanup_props_ struct props props;
	char id[24];

	snprintf(id, sizeof(id), "monitor%zu", i);
	props_begin(&props, row->type == guest_monitor_type_pty ? "pty" : "socket");
	props_add(&props, "id", "%s", id);
	if (row->type == guest_monitor_type_socket)
		props_add(&props, "path", "%s", row->path);
	if (row->type == guest_monitor_type_tcp)
		add_address(&props, row);
	if (row->type != guest_monitor_type_pty) {
		props_add(&props, "server", "on");
		props_add(&props, "wait", "off");
	}
	argv_from(build->argv, build->guest, "Monitor", "Type", i);
	argv_add_props(build->argv, "-chardev", &props);
	add_monitor(build, id,
		    row->mode == guest_monitor_mode_qmp ? "control" : "readline");
}

int argv_build_monitor(struct argv_build *build, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		add_own(build, i);
	for (size_t i = 0; i < build->data->monitor.count; i++)
		add_row(build, i);
	return 0;
}
