/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule.h: rules that keys of more than one table have to keep. */
#ifndef BEDPLATE_LIB_SCHEMA_RULE_H
#define BEDPLATE_LIB_SCHEMA_RULE_H

#include <stddef.h>

#include "lib/conf.h"
#include "lib/kernel_rule.h"

/* A list's texts, whichever table's struct it is in. */
struct rule_list {
	char *const *items;
	size_t count;
};
#define RULE_LIST(list)                    \
	{                                  \
		(list).items, (list).count \
	}

/* The texts of the rules in one [KernelArgs] section, by their kind: an array of
 * RULE_KERNEL_KINDS made of the section's struct by RULE_KERNEL_LISTS. */
enum { RULE_KERNEL_KINDS = KERNEL_RULE_EFFECTIVE + 1 };
#define RULE_KERNEL_LISTS(args)                                         \
	{                                                               \
		[KERNEL_RULE_REQUIRE] = RULE_LIST((args)->require),     \
		[KERNEL_RULE_FORBID] = RULE_LIST((args)->forbid),       \
		[KERNEL_RULE_ADVISE] = RULE_LIST((args)->advise),       \
		[KERNEL_RULE_EFFECTIVE] = RULE_LIST((args)->effective), \
	}

/* The keys that they stand in: "Require", ... */
extern const char *const rule_kernel_keys[RULE_KERNEL_KINDS];

/* The rules in the [KernelArgs] section number `index` can be parsed. -EINVAL with the line
 * and what is wrong with the first that cannot. */
int rule_check_kernel_args(const struct conf *conf, size_t index,
			   const struct rule_list *lists, struct err *err);

/* Devices= in the [Vfio] section number `index` names PCI devices as pci_select.h has it. */
int rule_check_devices(const struct conf *conf, size_t index,
		       const struct rule_list *devices, struct err *err);

/* The key Password= of a section is empty or a hash that /init can check. */
int rule_check_password(const struct conf *conf, const char *section, const char *hash,
			struct err *err);

#endif
