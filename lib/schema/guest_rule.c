/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_rule.c: what the rules of a guest's file share. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/schema/guest_rule.h"

int guest_fail(const struct conf *conf, const char *section, const char *key,
	       size_t index, struct err *err, const char *hint, const char *fmt, ...)
{
	char words[ERR_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	conf_fail(conf, section, key, index, err, "%s", words);
	err_hint(err, "%s", hint);
	return -EINVAL;
}

int guest_judge(const struct conf *conf, size_t index, const struct guest_rule *rows,
		size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].wrong)
			return guest_fail(conf, rows[i].section, rows[i].key, index, err,
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
