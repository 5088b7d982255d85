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
