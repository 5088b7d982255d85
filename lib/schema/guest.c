/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest.c: guest_schema, made from guest.def, and its rules. */
#include "lib/schema/guest.h"

#define CONF_NAME guest
#define CONF_DEF  "lib/schema/guest.def"
#include "lib/conf_table.h"

int guest_check_passthrough(const struct guest_conf *data, const struct conf *conf,
			    struct err *err)
{
	for (size_t i = 0; i < data->passthrough.count; i++) {
		const struct guest_passthrough *device = &data->passthrough.items[i];

		if (!device->address.is_set && !device->id.vendor)
			return conf_fail(conf, "Passthrough", "Address", i, err,
					 "neither Address= nor Id= says which device");
	}
	return 0;
}

/* What stands in a rule of udev's, in quotes there. */
static bool is_plain(const char *text)
{
	return !text[strcspn(text, "\"\\\n\t*?[]|")];
}

int guest_check_usb(const struct guest_conf *data, const struct conf *conf,
		    struct err *err)
{
	for (size_t i = 0; i < data->usb.count; i++) {
		const struct guest_usb *row = &data->usb.items[i];
		const char *dash = strchr(row->port, '-');

		if (!row->id.vendor && !*row->port)
			return conf_fail(conf, "Usb", "Id", i, err,
					 "neither Id= nor Port= says which device");
		if (!is_plain(row->serial))
			return conf_fail(conf, "Usb", "Serial", i, err,
					 "it has characters that no serial number has");
		if (*row->port && (!dash || dash == row->port || !dash[1] ||
				   row->port[strspn(row->port, "0123456789-.")]))
			return conf_fail(conf, "Usb", "Port", i, err,
					 "\"%.40s\" is not BUS-PORT such as 1-4.2",
					 row->port);
	}
	return 0;
}

int guest_check_nics(const struct guest_conf *data, const struct conf *conf,
			   struct err *err)
{
	for (size_t i = 0; i < data->nic.count; i++) {
		const struct guest_nic *row = &data->nic.items[i];

		if (row->mac.bytes[0] & 1)
			return conf_fail(conf, "Nic", "Mac", i, err,
					 "it is a group's address, which no guest has");
		if (row->address.count > 2 ||
		    (row->address.count == 2 &&
		     row->address.items[0].family == row->address.items[1].family))
			return conf_fail(conf, "Nic", "Address", i, err,
					 "one IPv4 and one IPv6 address at most");
	}
	return 0;
}
