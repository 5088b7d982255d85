/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpu.c: reads /proc/cpuinfo. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/text_match.h"
#include "mkinitramfs/cpu.h"

struct cpu_block {
	struct cpu cpu;
	bool known; /* of a maker whose microcode is dealt with */
};

static bool cpu_same(const struct cpu *a, const struct cpu *b)
{
	return a->intel == b->intel && a->family == b->family && a->model == b->model &&
	       a->stepping == b->stepping;
}

static void cpus_add(struct cpus *cpus, const struct cpu_block *block)
{
	if (!block->known || cpus->count == CPU_KINDS_MAX)
		return;
	for (unsigned i = 0; i < cpus->count; i++)
		if (cpu_same(&cpus->items[i], &block->cpu))
			return;
	cpus->items[cpus->count++] = block->cpu;
}

static void parse_line(struct cpus *cpus, struct cpu_block *block, const char *line)
{
	const char *colon = strchr(line, ':');
	const char *value = colon ? colon + 1 + strspn(colon + 1, " ") : "";

	if (!strncmp(line, "vendor_id", 9)) {
		block->cpu.intel = !strcmp(value, "GenuineIntel");
		block->known = block->cpu.intel || !strcmp(value, "AuthenticAMD");
	} else if (!strncmp(line, "flags", 5)) {
		cpus->is_virtual =
			cpus->is_virtual || text_has_word(value, " ", "hypervisor");
	} else if (!strncmp(line, "model\t", 6)) {
		sscanf(value, "%u", &block->cpu.model);
	} else if (!strncmp(line, "cpu family", 10)) {
		sscanf(value, "%u", &block->cpu.family);
	} else if (!strncmp(line, "stepping", 8)) {
		sscanf(value, "%u", &block->cpu.stepping);
	}
}

void cpus_parse(struct cpus *cpus, const char *cpuinfo)
{
	_cleanup_free_ char *copy = strdup(cpuinfo);
	struct cpu_block block = { .known = false };
	char *next = copy;

	*cpus = (struct cpus){ .count = 0 };
	while (next) {
		const char *line = strsep(&next, "\n");

		if (*line) {
			parse_line(cpus, &block, line);
			continue;
		}
		cpus_add(cpus, &block);
		block = (struct cpu_block){ .known = false };
	}
	cpus_add(cpus, &block);
}

int cpus_read(struct cpus *cpus, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result = 0;

	strbuf_init(&text, 0);
	if (file_exists(root_fd, "proc/cpuinfo"))
		result = file_read(root_fd, "proc/cpuinfo", &text, err);
	cpus_parse(cpus, text.text);
	return result;
}

uint32_t cpu_signature(const struct cpu *cpu)
{
	unsigned base = cpu->family < 15 ? cpu->family : 15;

	return cpu->stepping | (cpu->model & 15) << 4 | base << 8 |
	       (cpu->model >> 4) << 16 | (cpu->family - base) << 20;
}
