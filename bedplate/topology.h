/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology.h: a machine's CPUs, and which of them a first guest could have for itself. */
#ifndef BEDPLATE_BEDPLATE_TOPOLOGY_H
#define BEDPLATE_BEDPLATE_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/value/cpu_list.h"

struct cpu_place {
	unsigned cpu;
	unsigned core; /* the first CPU of its core, which names the core */
	unsigned
		cache; /* the first CPU that it has its last-level cache in common with */
	unsigned package, node;
	bool small; /* an efficiency core */
};

struct topology {
	struct cpu_place *items; /* those that are online, by number */
	size_t count;
};

#define TOPOLOGY_INIT         \
	{                     \
		.items = NULL \
	}

/* Reads sys/devices/system/{cpu,node}. What a tree does not say is taken for one core each, in
 * one package and node. -ENOMEM. */
int topology_read(struct topology *topology, int root_fd, struct err *err);
void topology_release(struct topology *topology);

unsigned topology_count_cores(const struct topology *topology);
unsigned topology_count_packages(const struct topology *topology);
unsigned topology_count_nodes(const struct topology *topology);

enum { PIN_VCPUS_MAX = 32 };

struct pin_plan {
	unsigned cores, threads; /* the guest's; 0 cores: the machine is too small */
	unsigned vcpus[PIN_VCPUS_MAX]; /* the host's CPU of each, core by core */
	unsigned vcpu_count;
	unsigned node;        /* that all of them are on */
	struct cpu_list host; /* what stays with the host and QEMU's other threads */
};

/* Whole cores of one node and one last-level cache, away from the host's: the host keeps its
 * first core, or from eight cores on its first two. At most half of the machine and four
 * cores. Efficiency cores are left out where there are others. Pure. */
void pin_plan_make(struct pin_plan *plan, const struct topology *topology);

#endif
