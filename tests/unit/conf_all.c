/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_all.c: all_schema and its rules: a disk is at least 1M, and Int plus Ranged
 * stays below 100. */
#include "tests/unit/conf_all.h"

#define CONF_NAME all
#define CONF_DEF  "tests/unit/conf_all.def"
#include "lib/conf_table.h"

int all_check_disks(const struct all_conf *data, const struct conf *conf, struct err *err)
{
	for (size_t i = 0; i < data->disk.count; i++)
		if (data->disk.items[i].size < 1 << 20)
			return conf_fail(conf, "Disk", "Size", i, err,
					 "a disk has 1M at least");
	return 0;
}

int all_check_sum(const struct all_conf *data, const struct conf *conf, struct err *err)
{
	if (data->plain.an_int + data->plain.ranged >= 100)
		return conf_fail(conf, "Plain", "Int", 0, err, "too much with Ranged=");
	return 0;
}
