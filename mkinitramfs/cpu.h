/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpu.h: which processors a machine has, as far as microcode goes. */
#ifndef BEDPLATE_MKINITRAMFS_CPU_H
#define BEDPLATE_MKINITRAMFS_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

enum { CPU_KINDS_MAX = 8 };

/* Sockets may have different steppings. */
struct cpus {
	struct cpu {
		bool intel; /* else AMD */
		unsigned family, model, stepping;
	} items[CPU_KINDS_MAX];
	unsigned count;
	bool is_virtual; /* a hypervisor runs them, and loads their microcode */
};

/* Reads the text of /proc/cpuinfo: each kind once; those of other makers are passed over. */
void cpus_parse(struct cpus *cpus, const char *cpuinfo);

/* The same from proc/cpuinfo below a root; none where that is not there. */
int cpus_read(struct cpus *cpus, int root_fd, struct err *err);

/* What the CPUID instruction gives in EAX for leaf 1, and microcode's headers have. */
uint32_t cpu_signature(const struct cpu *cpu);

#endif
