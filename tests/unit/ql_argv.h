/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ql_argv.h: a guest's file as QEMU's options, with a host that is made up. */
#ifndef BEDPLATE_TESTS_QL_ARGV_H
#define BEDPLATE_TESTS_QL_ARGV_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv.h"
#include "qemu-launch/argv_device.h"
#include "tests/unit/tap.h"

enum { QL_MAX = 40 };

/* What setup_resolve would have found: a graphics card in two functions and a network card. */
static struct setup_function ql_functions[] = {
	{ .address = { .bus = 1, .function = 0, .is_set = true }, .class = 0x030000 },
	{ .address = { .bus = 1, .function = 1, .is_set = true }, .class = 0x040300 },
	{ .address = { .bus = 2, .device = 3, .function = 1, .is_set = true },
	  .class = 0x020000 },
};
static struct setup_nic ql_nics[QL_MAX];
static struct setup_passthrough ql_passthrough[QL_MAX];
static struct setup_usb ql_usb[QL_MAX];
static struct setup_display ql_displays[QL_MAX];

static void ql_find_functions(const struct guest_passthrough *row,
			      struct setup_passthrough *found)
{
	*found = (struct setup_passthrough){ .functions = NULL };
	for (size_t i = 0; i < ARRAY_SIZE(ql_functions); i++) {
		const struct pci_address *have = &ql_functions[i].address,
					 *want = &row->address;

		if (have->bus != want->bus || have->device != want->device ||
		    (want->function != PCI_EVERY_FUNCTION &&
		     want->function != have->function))
			continue;
		if (!found->count++)
			found->functions = &ql_functions[i];
	}
}

static void ql_setup(struct guest_setup *setup, const struct guest_conf *data,
		     enum setup_family family)
{
	*setup = (struct guest_setup){ .family = family,
				       .run = "/run/g",
				       .state = "/var/lib/g",
				       .nics = ql_nics,
				       .passthrough = ql_passthrough,
				       .usb = ql_usb,
				       .displays = ql_displays };
	for (size_t i = 0; i < data->nic.count; i++)
		ql_nics[i] = (struct setup_nic){
			.type = data->nic.items[i].type ? data->nic.items[i].type
							: guest_nic_type_user,
			.mac = { .bytes = { 0x52, 0x54, 0, 0, 0, (uint8_t)i } },
			.tap = "tap-g",
			.vhost = data->nic.items[i].vhost == guest_nic_vhost_on,
		};
	for (size_t i = 0; i < data->passthrough.count; i++)
		ql_find_functions(&data->passthrough.items[i], &ql_passthrough[i]);
	for (size_t i = 0; i < data->usb.count; i++)
		ql_usb[i] = (struct setup_usb){ .present = true, .bus = 3, .address = 7 };
	for (size_t i = 0; i < data->display.count; i++)
		ql_displays[i].port = data->display.items[i].port
					      ? (unsigned)data->display.items[i].port
					      : 5900 + (unsigned)i;
}

/* The options, one a line, or what is wrong with the file. Free it. */
static char *ql_argv(const char *text, enum setup_family family)
{
	_cleanup_conf_ struct conf *conf = conf_new(&guest_schema);
	_cleanup_argv_ struct argv argv = ARGV_INIT;
	char name[] = "g";
	struct guest guest = { .name = name, .conf = conf, .data = conf_data(conf) };
	struct guest_setup setup;
	struct err err = ERR_INIT;
	struct strbuf out;

	strbuf_init(&out, 0);
	if (conf_read_text(conf, "etc/bedplate/guests/g.conf", text, &err) == 0) {
		guest.data = conf_data(conf);
		ql_setup(&setup, guest.data, family);
		guest_argv(&argv, &guest, &setup, &err);
	}
	for (size_t i = 0; !err.code && i < argv.count; i++)
		strbuf_addf(&out, "%s %s\n", argv.items[i].option,
			    argv.items[i].value ? argv.items[i].value : "");
	if (err.code)
		strbuf_addf(&out, "error: %s\nhint: %s\n", err.text, err.hint);
	return strbuf_steal(&out);
}

/* Whether each line of `lines` is a line of the text. */
static bool ql_has_lines(const char *text, const char *lines)
{
	while (*lines) {
		size_t length = strcspn(lines, "\n");
		const char *at = text;
		bool found = false;

		for (; *at && !found; at += strcspn(at, "\n"), at += *at == '\n')
			found = strcspn(at, "\n") == length &&
				!strncmp(at, lines, length);
		if (!found)
			return false;
		lines += length + (lines[length] == '\n');
	}
	return true;
}

#endif
