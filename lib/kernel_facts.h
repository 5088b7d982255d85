/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_facts.h: what the kernel has made of its command line, read below a root. */
#ifndef BEDPLATE_LIB_KERNEL_FACTS_H
#define BEDPLATE_LIB_KERNEL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/kernel_rule.h"
#include "lib/value/cpu_list.h"

enum { KERNEL_PAGES_MAX = 8 };

enum cpu_maker { CPU_MAKER_OTHER, CPU_MAKER_INTEL, CPU_MAKER_AMD };

struct kernel_parameter {
	const char *name; /* MODULE.OPTION, the rule's */
	bool loaded;      /* the module is there */
	char *value;      /* NULL: it has no such parameter that can be read */
};

struct kernel_facts {
	bool iommu; /* IOMMU groups exist */
	struct {
		uint64_t size, count;
	} pages[KERNEL_PAGES_MAX];
	size_t page_sizes;
	struct cpu_list isolated, nohz_full, possible;
	enum cpu_maker maker;
	struct kernel_parameter *parameters;
	size_t parameter_count;
};

/* Reads all of it, and of modules' parameters those that the rules name; the rules must stay.
 * From sys/kernel/iommu_groups, sys/kernel/mm/hugepages, sys/devices/system/cpu,
 * sys/module and proc/cpuinfo; what is not there is as if the kernel had none of it.
 * -ENOMEM is the only failure. */
int kernel_facts_read(struct kernel_facts *facts, int root_fd,
		      const struct kernel_rules *rules, struct err *err);
void kernel_facts_release(struct kernel_facts *facts);

/* Huge pages of this size that are reserved. */
uint64_t kernel_facts_pages(const struct kernel_facts *facts, uint64_t size);

/* The parameter of this name (as the rule has it), or NULL. */
const struct kernel_parameter *kernel_facts_parameter(const struct kernel_facts *facts,
						      const char *name);

#endif
