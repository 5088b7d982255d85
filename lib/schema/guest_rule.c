/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_rule.c: what the rules of a guest's file share. */
#include "lib/schema/guest_rule.h"

int guest_judge(const struct conf *conf, size_t index, const struct guest_rule *rows,
		size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].wrong)
			return conf_refuse(conf, rows[i].section, rows[i].key, index, err,
					   rows[i].hint, "%s", rows[i].words);
	return 0;
}

enum guest_family guest_family(const struct guest_conf *data)
{
	return guest_machine_family(guest_machine_type(data, NULL));
}

static unsigned at_least_one(int64_t number)
{
	return number > 0 ? (unsigned)number : 1;
}

unsigned guest_cpu_count(const struct guest_conf *data)
{
	const struct guest_cpu *cpu = &data->cpu;

	if (cpu->cpus)
		return (unsigned)cpu->cpus;
	return at_least_one(cpu->sockets) * at_least_one(cpu->dies) *
	       at_least_one(cpu->cores) * at_least_one(cpu->threads);
}
