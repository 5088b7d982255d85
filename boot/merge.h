/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge.h: rules about the kernel's arguments, made true of a command line.
 *
 * What a rule asks for and the words do not say is added behind them (before a lone "--"):
 *	NAME                    NAME
 *	NAME=VALUE[,VALUE]      NAME=VALUE[,VALUE]
 *	NAME>=N, NAME=N..M      NAME=N
 *	NAME<=N                 NAME=N
 *	hugepages-SIZE>=N       hugepagesz=SIZE hugepages=N
 *	A|B                     the first that fits this machine's processor
 *	iommu (effective)       intel_iommu=on, where the kernel needs to be told
 *	isolated=CPUS           isolcpus=CPUS
 *	MODULE.OPTION=VALUE     MODULE.OPTION=VALUE
 * Numbers and sets of CPUs that several rules ask for become the largest and the union. A
 * word that somebody wrote is never changed: where it says something else than a rule, that
 * is a contradiction. What boot loaders' generators give by themselves (root, ro, ...) is
 * taken to be there.
 */
#ifndef BEDPLATE_BOOT_MERGE_H
#define BEDPLATE_BOOT_MERGE_H

#include <stdbool.h>

#include "boot/words.h"
#include "lib/kernel_facts.h"
#include "lib/kernel_rule.h"
#include "lib/strbuf.h"

struct merge_machine {
	enum cpu_maker maker;
	bool iommu_is_off; /* Intel's, and one of the kernels leaves it off by itself */
};

/* Adds words to those that were parsed; the rules must stay. A word against what is only
 * advised stays, and `warnings` gets a line. -EINVAL where words and rules contradict each
 * other, with a line for each that names both places. Pure. */
int merge_rules(struct words *words, const struct kernel_rules *rules,
		const struct merge_machine *machine, struct strbuf *warnings,
		struct err *err);

#endif
