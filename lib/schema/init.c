/* SPDX-License-Identifier: GPL-2.0-or-later */
/* init.c: init_schema, made from init.def, and its rules. */
#include <string.h>

#include "lib/schema/init.h"
#include "lib/schema/rule.h"

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

int init_check_kernel_args(const struct init_conf *data, const struct conf *conf,
			   struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->kernel_args.count; i++) {
		const struct rule_list lists[] =
			RULE_KERNEL_LISTS(&data->kernel_args.items[i]);

		result = rule_check_kernel_args(conf, i, lists, err);
	}
	return result;
}

int init_check_password(const struct init_conf *data, const struct conf *conf,
			struct err *err)
{
	return rule_check_password(conf, "Rescue", data->rescue.password, err);
}

int init_check_passthrough(const struct init_conf *data, const struct conf *conf,
			   struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->vfio.count; i++) {
		const struct rule_list devices = RULE_LIST(data->vfio.items[i].devices);

		result = rule_check_devices(conf, i, &devices, err);
	}
	return result;
}
