/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_collect.c: collects the rules about the kernel's arguments. */
#include <inttypes.h>
#include <stdio.h>

#include "lib/kernel_collect.h"
#include "lib/kernel_config.h"
#include "lib/kernel_facts.h"
#include "lib/origin.h"
#include "lib/schema/rule.h"
#include "lib/strbuf.h"

static int add_list(struct kernel_rules *rules, const struct conf *conf, size_t index,
		    enum kernel_rule_kind kind, const struct rule_list *list,
		    enum kernel_policy policy, struct err *err)
{
	char origin[ORIGIN_MAX];
	int result = 0;

	for (size_t i = 0; !result && i < list->count; i++) {
		origin_item_text(conf, "KernelArgs", rule_kernel_keys[kind], index, i,
				 origin, sizeof(origin));
		result = kernel_rules_add(rules, kind, list->items[i], origin, policy,
					  err);
	}
	return result;
}

static int add_host(struct kernel_rules *rules, const struct conf *conf,
		    const struct host_conf *host, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < host->kernel_args.count; i++) {
		const struct host_kernel_args *args = &host->kernel_args.items[i];
		const struct rule_list lists[] = RULE_KERNEL_LISTS(args);

		for (int kind = 0; !result && kind < RULE_KERNEL_KINDS; kind++)
			result = add_list(rules, conf, i, (enum kernel_rule_kind)kind,
					  &lists[kind],
					  (enum kernel_policy)args->on_failure, err);
	}
	return result;
}

static void add_origin(struct strbuf *origins, const struct guest *guest,
		       const char *section, const char *key, size_t index)
{
	char origin[ORIGIN_MAX];

	origin_text(guest->conf, section, key, index, origin, sizeof(origin));
	strbuf_addf(origins, "%s%s", origins->length ? ", " : "", origin);
}

/* Where the first device of each guest is named. */
static void find_passthrough(const struct guests *guests, struct strbuf *origins)
{
	for (size_t i = 0; i < guests->count; i++) {
		const struct guest *guest = &guests->items[i];

		if (guest->data->passthrough.count)
			add_origin(origins, guest, "Passthrough",
				   guest->data->passthrough.items[0].address.is_set
					   ? "Address"
					   : "Id",
				   0);
	}
}

static uint64_t count_huge_pages(const struct guests *guests, struct strbuf *origins)
{
	const uint64_t page = (uint64_t)1 << 30;
	uint64_t count = 0;

	for (size_t i = 0; i < guests->count; i++) {
		const struct guest_memory *memory = &guests->items[i].data->memory;

		if (memory->huge_pages != guest_memory_huge_pages_1G)
			continue;
		count += memory->size / page + (memory->size % page != 0);
		add_origin(origins, &guests->items[i], "Memory", "HugePages", 0);
	}
	return count;
}

static int add_guests(struct kernel_rules *rules, const struct guests *guests,
		      bool advise_intel, struct err *err)
{
	_cleanup_strbuf_ struct strbuf devices, memory;
	char pages[48];
	uint64_t count;
	int result = 0;

	strbuf_init(&devices, 0);
	strbuf_init(&memory, 0);
	find_passthrough(guests, &devices);
	count = count_huge_pages(guests, &memory);
	snprintf(pages, sizeof(pages), "hugepages-1G>=%" PRIu64, count);
	if (devices.length)
		result = kernel_rules_add(rules, KERNEL_RULE_EFFECTIVE, "iommu",
					  devices.text, KERNEL_POLICY_WARN, err);
	if (!result && devices.length && advise_intel)
		result = kernel_rules_add(rules, KERNEL_RULE_ADVISE, "intel_iommu=on",
					  devices.text, KERNEL_POLICY_WARN, err);
	if (!result && count)
		result = kernel_rules_add(rules, KERNEL_RULE_EFFECTIVE, pages,
					  memory.text, KERNEL_POLICY_WARN, err);
	return result;
}

int kernel_rules_collect(struct kernel_rules *rules, const struct conf *conf,
			 const struct host_conf *host, const struct guests *guests,
			 bool advise_intel, struct err *err)
{
	int result = add_host(rules, conf, host, err);

	return result ? result : add_guests(rules, guests, advise_intel, err);
}

bool kernel_leaves_iommu_off(const struct kernel_config *config, int root_fd)
{
	struct kernel_rules none = KERNEL_RULES_INIT;
	struct kernel_facts facts;
	bool intel;

	if (kernel_config_has(config, "CONFIG_INTEL_IOMMU_DEFAULT_ON"))
		return false;
	kernel_facts_read(&facts, root_fd, &none, NULL);
	intel = facts.maker == CPU_MAKER_INTEL;
	kernel_facts_release(&facts);
	return intel;
}
