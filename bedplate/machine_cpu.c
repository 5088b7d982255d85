/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine_cpu.c: the processor's maker, model and abilities, from proc/cpuinfo. */
#include <stdio.h>
#include <string.h>

#include "bedplate/machine.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/text_match.h"

static const struct {
	const char *id, *word;
} makers[] = {
	[CPU_OTHER] = { "", "other" },
	[CPU_INTEL] = { "GenuineIntel", "intel" },
	[CPU_AMD] = { "AuthenticAMD", "amd" },
};

const char *cpu_maker_word(enum cpu_maker maker)
{
	return makers[maker].word;
}

/* The value of the first line "KEY   : VALUE" as a text, cut where it is too long. */
static void read_value(const char *cpuinfo, const char *key, char *value, size_t size)
{
	size_t length = strlen(key);

	*value = '\0';
	for (const char *line = cpuinfo; *line; line = text_next_line(line)) {
		const char *at = line + length;

		if (strncmp(line, key, length) != 0)
			continue;
		at += strspn(at, " \t");
		if (*at != ':')
			continue;
		at += 1 + strspn(at + 1, " \t");
		snprintf(value, size, "%.*s", (int)strcspn(at, "\n"), at);
		return;
	}
}

int machine_read_cpu(struct machine_cpu *cpu, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	char vendor[MACHINE_NAME], flags[4096];

	strbuf_init(&text, 0);
	file_read(root_fd, "proc/cpuinfo", &text, NULL);
	read_value(text.text, "vendor_id", vendor, sizeof(vendor));
	read_value(text.text, "model name", cpu->model, sizeof(cpu->model));
	read_value(text.text, "flags", flags, sizeof(flags));
	for (size_t i = 1; i < ARRAY_SIZE(makers); i++)
		if (!strcmp(vendor, makers[i].id))
			cpu->maker = (enum cpu_maker)i;
	/* Hygon's processors are AMD's, IOMMU and all. */
	if (!strcmp(vendor, "HygonGenuine"))
		cpu->maker = CPU_AMD;
	cpu->can_virtualize =
		text_has_word(flags, " ", "vmx") || text_has_word(flags, " ", "svm");
	cpu->has_gib_pages = text_has_word(flags, " ", "pdpe1gb");
	cpu->is_virtual = text_has_word(flags, " ", "hypervisor");
	return topology_read(&cpu->topology, root_fd, err);
}
