/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_check.h: rules held against a command line and what the kernel made of it. */
#ifndef BEDPLATE_LIB_KERNEL_CHECK_H
#define BEDPLATE_LIB_KERNEL_CHECK_H

#include "lib/cmdline.h"
#include "lib/kernel_facts.h"
#include "lib/kernel_rule.h"
#include "lib/strbuf.h"

enum kernel_result {
	KERNEL_HOLDS,
	KERNEL_FAILS,
	KERNEL_UNKNOWN, /* the facts are not to be had here, or the module is not there yet */
};

struct kernel_finding {
	const struct kernel_rule *rule;
	enum kernel_result result;
	char *found; /* what is there: "intel_iommu=off is given" */
	char *hint;  /* what to do about a rule that fails, or "" */
};

struct kernel_findings {
	struct kernel_finding *items;
	size_t count;
};

#define KERNEL_FINDINGS_INIT  \
	{                     \
		.items = NULL \
	}

/* One finding for each rule, in their order; the rules must stay. `facts` is NULL for a
 * command line of another boot: of effective rules, those about huge pages and CPUs are told
 * by what it asks for, the others are unknown. Pure. */
int kernel_check(struct kernel_findings *findings, const struct kernel_rules *rules,
		 const struct cmdline *cmdline, const struct kernel_facts *facts,
		 struct err *err);
void kernel_findings_release(struct kernel_findings *findings);
#define _cleanup_findings_ __attribute__((cleanup(kernel_findings_release)))

/* Adds the line for a person, without the hint: "intel_iommu=off is given; intel_iommu=on is
 * required (host.conf:12)". */
void kernel_finding_write(const struct kernel_finding *finding, struct strbuf *out);

#endif
