/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_rule.h: what a configuration asks of the kernel's command line and of its effect.
 *
 * A rule is one or several alternatives, parted by '|', of which one is enough:
 *	NAME			the argument is given, with a value or without
 *	NAME=VALUE		with this value; numbers and sizes are compared as such
 *	NAME=VALUE,VALUE	with a list in which these are among the values
 *	NAME>=NUMBER, NAME<=NUMBER, NAME=LOW..HIGH
 * Arguments that take CPUs (isolcpus= and its kin) are compared as sets of CPUs.
 * hugepages-SIZE stands for the pages of that size, which the command line says by
 * "hugepagesz=SIZE hugepages=NUMBER". An EFFECTIVE rule names what the kernel has made
 * of it: iommu, hugepages-SIZE, isolated=CPUS, nohz_full=CPUS, MODULE.OPTION=VALUE.
 */
#ifndef BEDPLATE_LIB_KERNEL_RULE_H
#define BEDPLATE_LIB_KERNEL_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum kernel_rule_kind {
	KERNEL_RULE_REQUIRE,
	KERNEL_RULE_FORBID,
	KERNEL_RULE_ADVISE,
	KERNEL_RULE_EFFECTIVE,
};

/* In the order of OnFailure='s words in the schemas. */
enum kernel_policy { KERNEL_POLICY_WARN, KERNEL_POLICY_RESCUE, KERNEL_POLICY_REBOOT };

enum kernel_test { KERNEL_TEST_GIVEN, KERNEL_TEST_VALUES, KERNEL_TEST_RANGE };

enum kernel_subject {
	KERNEL_SUBJECT_ARGUMENT, /* a word of the command line */
	KERNEL_SUBJECT_PAGES,    /* hugepages-SIZE */
	/* of effective rules only */
	KERNEL_SUBJECT_IOMMU,
	KERNEL_SUBJECT_ISOLATED,
	KERNEL_SUBJECT_NOHZ_FULL,
	KERNEL_SUBJECT_PARAMETER, /* MODULE.OPTION */
};

struct kernel_alternative {
	char *name;
	char *values; /* of KERNEL_TEST_VALUES: as written */
	enum kernel_subject subject;
	enum kernel_test test;
	uint64_t low, high; /* of KERNEL_TEST_RANGE, both included */
	uint64_t page_size; /* of KERNEL_SUBJECT_PAGES, bytes */
};

struct kernel_rule {
	enum kernel_rule_kind kind;
	enum kernel_policy policy;
	char *text;   /* as written */
	char *origin; /* where: "host.conf:12", or "" */
	struct kernel_alternative *items;
	size_t count;
};

/* A rule out of its text, which is copied. -EINVAL says what is wrong with the text. */
int kernel_rule_parse(struct kernel_rule *rule, enum kernel_rule_kind kind,
		      const char *text, struct err *err);
void kernel_rule_release(struct kernel_rule *rule);

struct kernel_rules {
	struct kernel_rule *items;
	size_t count;
};

#define KERNEL_RULES_INIT     \
	{                     \
		.items = NULL \
	}

/* Parses a rule and adds it. */
int kernel_rules_add(struct kernel_rules *rules, enum kernel_rule_kind kind,
		     const char *text, const char *origin, enum kernel_policy policy,
		     struct err *err);
void kernel_rules_release(struct kernel_rules *rules);
#define _cleanup_kernel_rules_ __attribute__((cleanup(kernel_rules_release)))

/* A whole word as a number, with the suffixes of the kernel's memparse() (lib/cmdline.c):
 * "512M", "0x10", "4". */
bool kernel_number(const char *text, size_t length, uint64_t *number);

#endif
