/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_match.h: whether a value, or a command line, is what a rule's alternative asks. */
#ifndef BEDPLATE_LIB_KERNEL_MATCH_H
#define BEDPLATE_LIB_KERNEL_MATCH_H

#include <stdbool.h>

#include "lib/cmdline.h"
#include "lib/kernel_rule.h"
#include "lib/value/cpu_list.h"

/* Whether the command line has the argument with what the alternative asks of its value. Of
 * an argument given several times the last counts, as for the kernel; of those that add
 * up (console=, rd.*, blacklists) any. `possible` is what "all" and "N" mean in a list
 * of CPUs; it may be NULL. */
bool kernel_match_cmdline(const struct kernel_alternative *item,
			  const struct cmdline *cmdline, const struct cpu_list *possible);

/* Whether one value is what it asks; NULL is an argument without a value. */
bool kernel_match_value(const struct kernel_alternative *item, const char *value,
			const struct cpu_list *possible);

/* As kernel_match_value for a module's parameter as sysfs shows it: Y and N are also 1, yes,
 * on and 0, no, off. */
bool kernel_match_parameter(const struct kernel_alternative *item, const char *value);

/* Whether all CPUs in the values are in the set. */
bool kernel_match_cpus(const struct kernel_alternative *item,
		       const struct cpu_list *have);

/* How an argument's values are read: any of these, or 0. */
enum kernel_reading {
	KERNEL_READS_CPUS = 1, /* a set of CPUs */
	KERNEL_ADDS_UP = 2,    /* given several times, all of them count */
};
int kernel_match_reading(const char *name);

/* How many huge pages of a size the command line asks for: "hugepages=" counts for the
 * "hugepagesz=" before it, else for the default size (default_hugepagesz=, or 2M on
 * x86); kernel Documentation/admin-guide/mm/hugetlbpage.rst. */
uint64_t kernel_match_pages(const struct cmdline *cmdline, uint64_t size);

#endif
