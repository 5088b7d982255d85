/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merge_item.c: what one alternative of a rule comes to on the command line. */
#include <inttypes.h>
#include <string.h>

#include "boot/merge_item.h"
#include "lib/cleanup.h"

bool merge_item_translate(const struct kernel_alternative *item,
			  const struct merge_machine *machine,
			  struct kernel_alternative *out)
{
	*out = *item;
	if (item->subject == KERNEL_SUBJECT_ISOLATED)
		out->name = (char *)"isolcpus";
	if (item->subject != KERNEL_SUBJECT_IOMMU)
		return true;
	*out = (struct kernel_alternative){ .name = (char *)"intel_iommu",
					    .values = (char *)"on",
					    .test = KERNEL_TEST_VALUES };
	return machine->maker == CPU_MAKER_INTEL && machine->iommu_is_off;
}

bool merge_item_is_generated(const struct kernel_alternative *item)
{
	static const char *const names[] = { "root", "rootflags",  "ro",
					     "rw",   "BOOT_IMAGE", "initrd" };

	for (size_t i = 0; item->test == KERNEL_TEST_GIVEN && i < ARRAY_SIZE(names); i++)
		if (!strcmp(item->name, names[i]))
			return true;
	return false;
}

const struct kernel_alternative *merge_item_choose(const struct kernel_rule *rule,
						   enum cpu_maker maker)
{
	for (size_t i = 0; i < rule->count; i++) {
		const char *name = rule->items[i].name;
		bool intel = !strncmp(name, "intel_", 6), amd = !strncmp(name, "amd_", 4);

		if (!(intel && maker == CPU_MAKER_AMD) &&
		    !(amd && maker == CPU_MAKER_INTEL))
			return &rule->items[i];
	}
	return &rule->items[0];
}

static uint64_t number_for(const struct kernel_alternative *item)
{
	return item->low ? item->low : item->high == UINT64_MAX ? 0 : item->high;
}

void merge_item_write_size(uint64_t bytes, struct strbuf *out)
{
	static const struct {
		unsigned shift;
		char letter;
	} units[] = { { 30, 'G' }, { 20, 'M' }, { 10, 'K' } };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (bytes % ((uint64_t)1 << units[i].shift) == 0) {
			strbuf_addf(out, "%" PRIu64 "%c", bytes >> units[i].shift,
				    units[i].letter);
			return;
		}
	}
	strbuf_addf(out, "%" PRIu64, bytes);
}

void merge_item_write(const struct kernel_alternative *item, struct strbuf *out)
{
	strbuf_adds(out,
		    item->subject == KERNEL_SUBJECT_PAGES ? "hugepages" : item->name);
	if (item->test == KERNEL_TEST_RANGE || item->subject == KERNEL_SUBJECT_PAGES)
		strbuf_addf(out, "=%" PRIu64, number_for(item));
	else if (item->test == KERNEL_TEST_VALUES)
		strbuf_addf(out, strpbrk(item->values, " \t\n\r\v\f") ? "=\"%s\"" : "=%s",
			    item->values);
}
