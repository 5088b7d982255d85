/* SPDX-License-Identifier: GPL-2.0-or-later */
/* init.c: init_schema, made from init.def, and its rules. */
#include <string.h>

#include "lib/schema/init.h"

#define CONF_NAME init
#define CONF_DEF  "lib/schema/init.def"
#include "lib/conf_table.h"

static bool is_volume(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash && slash != name && slash[1] && !strchr(slash + 1, '/');
}

int init_check_volumes(const struct init_conf *data, const struct conf *conf,
		       struct err *err)
{
	for (size_t i = 0; i < data->lvm.volumes.count; i++)
		if (!is_volume(data->lvm.volumes.items[i]))
			return conf_fail(conf, "Lvm", "Volumes", 0, err,
					 "\"%s\" is not of the form VG/LV",
					 data->lvm.volumes.items[i]);
	return 0;
}
