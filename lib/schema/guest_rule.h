/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_rule.h: what the rules of a guest's file share. */
#ifndef BEDPLATE_LIB_SCHEMA_GUEST_RULE_H
#define BEDPLATE_LIB_SCHEMA_GUEST_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/guest_machine.h"

/* One thing that may be wrong. */
struct guest_rule {
	bool wrong;
	const char *section, *key;
	const char *words; /* what is wrong */
	const char *hint;  /* what to do about it */
};

/* 0, or -EINVAL with the first of the rows that is wrong, of the section's instance. */
int guest_judge(const struct conf *conf, size_t index, const struct guest_rule *rows,
		size_t count, struct err *err);

/* The family of the guest's machine as far as its file tells. */
enum guest_family guest_family(const struct guest_conf *data);

/* How many virtual CPUs it has. */
unsigned guest_cpu_count(const struct guest_conf *data);

#endif
