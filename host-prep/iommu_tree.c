/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu_tree.c: IOMMU groups as a tree of lines. */
#include <stdio.h>
#include <string.h>

#include "host-prep/iommu.h"

struct lines {
	const char *branch, *last, *trunk, *none;
};

static const struct lines utf8_lines = { "├─ ", "└─ ", "│  ", "   " };
static const struct lines ascii_lines = { "+- ", "`- ", "|  ", "   " };

static bool is_last_of_group(const struct iommu *iommu, size_t i)
{
	return i + 1 == iommu->count ||
	       iommu->items[i + 1].pci.group != iommu->items[i].pci.group;
}

static bool is_last_group(const struct iommu *iommu, size_t i)
{
	return iommu->items[i].pci.group == iommu->items[iommu->count - 1].pci.group;
}

static void write_group(const struct iommu *iommu, size_t i, const struct lines *lines,
			struct strbuf *out)
{
	const struct iommu_function *function = &iommu->items[i];

	strbuf_adds(out, is_last_group(iommu, i) ? lines->last : lines->branch);
	if (function->pci.group < 0)
		strbuf_adds(out, "without a group");
	else
		strbuf_addf(out, "group %d", function->pci.group);
	if (function->group_type[0])
		strbuf_addf(out, " (%s)", function->group_type);
	strbuf_addc(out, '\n');
}

static void write_function(const struct iommu *iommu, size_t i, const struct lines *lines,
			   struct strbuf *out)
{
	const struct iommu_function *function = &iommu->items[i];
	const char *trunk = is_last_group(iommu, i) ? lines->none : lines->trunk;
	bool last = is_last_of_group(iommu, i);
	char before[64];

	strbuf_addf(out, "%s%s%s ", trunk, last ? lines->last : lines->branch,
		    function->pci.name);
	iommu_title_write(function, out);
	snprintf(before, sizeof(before), "%s%s   ", trunk,
		 last ? lines->none : lines->trunk);
	strbuf_addf(out, "\n%s", before);
	iommu_state_write(function, out);
	strbuf_addc(out, '\n');
	if (function->verdict == IOMMU_NONE)
		return;
	strbuf_adds(out, before);
	iommu_verdict_write(iommu, function, out);
	strbuf_addc(out, '\n');
	iommu_remarks_write(iommu, function, before, out);
}

static void write_head(const struct iommu *iommu, struct strbuf *out)
{
	size_t groups = 0;

	for (size_t i = 0; i < iommu->count; i++)
		groups += iommu->items[i].pci.group >= 0 && is_last_of_group(iommu, i);
	if (!iommu->count)
		strbuf_adds(out, "no PCI devices\n");
	else if (iommu->is_on)
		strbuf_addf(out, "IOMMU: %zu groups, %zu PCI functions\n", groups,
			    iommu->count);
	else
		strbuf_addf(out, "no IOMMU is at work, %zu PCI functions\n",
			    iommu->count);
}

static void write_foot(const struct iommu *iommu, struct strbuf *out)
{
	if (iommu->count && !iommu->is_on)
		strbuf_adds(
			out,
			"\nNothing can be passed through without an IOMMU: switch it on "
			"in the firmware (VT-d, AMD-Vi, SMMU); with an Intel processor, "
			"give the kernel intel_iommu=on as well.\n");
	if (iommu->count && !iommu->has_names)
		strbuf_adds(out, "\nThe names of devices come from pci.ids, which is not "
				 "installed.\n");
}

void iommu_write_tree(const struct iommu *iommu, bool utf8, struct strbuf *out)
{
	const struct lines *lines = utf8 ? &utf8_lines : &ascii_lines;

	write_head(iommu, out);
	for (size_t i = 0; i < iommu->count; i++) {
		if (!i || is_last_of_group(iommu, i - 1))
			write_group(iommu, i, lines, out);
		write_function(iommu, i, lines, out);
	}
	write_foot(iommu, out);
}
