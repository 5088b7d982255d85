/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpu_list.h: sets of CPUs in the kernel's list format. */
#ifndef BEDPLATE_LIB_VALUE_CPU_LIST_H
#define BEDPLATE_LIB_VALUE_CPU_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/strbuf.h"

/* As many as the largest x86-64 kernel is built for (NR_CPUS with MAXSMP). */
enum { CPU_LIST_MAX = 8192 };

struct cpu_list {
	uint64_t bits[CPU_LIST_MAX / 64];
};

static inline bool cpu_list_has(const struct cpu_list *list, unsigned cpu)
{
	return cpu < CPU_LIST_MAX && list->bits[cpu / 64] >> cpu % 64 & 1;
}

static inline void cpu_list_add(struct cpu_list *list, unsigned cpu)
{
	if (cpu < CPU_LIST_MAX)
		list->bits[cpu / 64] |= (uint64_t)1 << cpu % 64;
}

/* How many CPUs are in it. */
unsigned cpu_list_count(const struct cpu_list *list);

/* Reads "0-3,8" and the kernel's groups: "0-31:2/4" is the first 2 of every 4 from 0 to
 * 31 (kernel Documentation/admin-guide/kernel-parameters.rst, cpu lists). */
int cpu_list_parse(const char *text, struct cpu_list *list, struct err *err);

/* Adds the shortest form without groups; nothing for an empty set. */
void cpu_list_format(const struct cpu_list *list, struct strbuf *out);

#endif
