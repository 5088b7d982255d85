/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_memory.c: -m, what memory is made of, NUMA cells. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv.h"

/* What a piece of memory is made of: [Memory] as a whole, or a cell of it. */
struct piece {
	uint64_t size;
	const struct cpu_list *nodes; /* of the host */
	unsigned policy;              /* as in guest_memory_policy */
};

static bool has_huge_pages(const struct guest_conf *data)
{
	return data->memory.huge_pages != guest_memory_huge_pages_no;
}

static bool is_shared(const struct guest_conf *data)
{
	if (data->memory.shared != guest_memory_shared_auto)
		return data->memory.shared == guest_memory_shared_yes;
	for (size_t i = 0; i < data->share.count; i++)
		if (data->share.items[i].driver == guest_share_driver_virtiofs)
			return true;
	for (size_t i = 0; i < data->nic.count; i++)
		if (data->nic.items[i].type == guest_nic_type_vhost_user)
			return true;
	return false;
}

bool argv_memory_backend(const struct argv_build *build)
{
	const struct guest_conf *data = build->data;

	return !data->numa.count &&
	       (has_huge_pages(data) || is_shared(data) ||
		data->memory.prealloc == guest_memory_prealloc_yes ||
		cpu_list_count(&data->memory.host_nodes) || data->memory.policy);
}

/* QEMU takes lists of numbers as one property for each range. */
static void add_ranges(struct props *props, const char *name, const struct cpu_list *list)
{
	_cleanup_strbuf_ struct strbuf text;
	char *range, *rest;

	strbuf_init(&text, 0);
	cpu_list_format(list, &text);
	for (range = strtok_r(text.text, ",", &rest); range;
	     range = strtok_r(NULL, ",", &rest))
		props_add(props, name, "%s", range);
}

static void add_policy(struct props *props, const struct piece *piece)
{
	static const char *const policies[] = { "bind", "preferred", "bind",
						"interleave" };

	if (!cpu_list_count(piece->nodes))
		return;
	add_ranges(props, "host-nodes", piece->nodes);
	props_add(props, "policy", "%s", policies[piece->policy]);
}

/* Memory of its own file in memory (memfd) needs no mount of hugetlbfs, and no permission
 * for one. */
static void add_backend(struct argv_build *build, const char *id,
			const struct piece *piece)
{
	static const char *const sizes[] = { NULL, "2M", "1G" };
	const struct guest_memory *memory = &build->data->memory;
	bool huge = has_huge_pages(build->data), shared = is_shared(build->data);
	_cleanup_props_ struct props props;

	props_begin(&props,
		    huge || shared ? "memory-backend-memfd" : "memory-backend-ram");
	props_add(&props, "id", "%s", id);
	props_add(&props, "size", "%" PRIu64, piece->size);
	if (huge) {
		props_add(&props, "hugetlb", "on");
		props_add(&props, "hugetlbsize", "%s", sizes[memory->huge_pages]);
	}
	if (huge || shared)
		props_add_switch(&props, "share", shared);
	if (memory->prealloc == guest_memory_prealloc_yes ||
	    (huge && memory->prealloc == guest_memory_prealloc_auto))
		props_add(&props, "prealloc", "on");
	add_policy(&props, piece);
	argv_add_props(build->argv, "-object", &props);
}

static void add_cell(struct argv_build *build, size_t index)
{
	const struct guest_numa *cell = &build->data->numa.items[index];
	const struct piece piece = { .size = cell->memory,
				     .nodes = &cell->host_nodes,
				     .policy = cell->policy };
	_cleanup_props_ struct props props;
	char id[24];

	snprintf(id, sizeof(id), "ram%zu", index);
	argv_from(build->argv, build->guest, "Numa", "Memory", index);
	add_backend(build, id, &piece);
	props_begin(&props, "node");
	props_add(&props, "nodeid", "%zu", index);
	add_ranges(&props, "cpus", &cell->cpus);
	props_add(&props, "memdev", "%s", id);
	argv_add_props(build->argv, "-numa", &props);
}

/* Behind all cells, which they name. */
static void add_distances(struct argv_build *build, size_t index)
{
	const struct guest_numa *cell = &build->data->numa.items[index];

	argv_from(build->argv, build->guest, "Numa", "Distance", index);
	for (size_t i = 0; i < cell->distance.count; i++)
		argv_add(build->argv, "-numa", "dist,src=%zu,dst=%zu,val=%d", index, i,
			 (int)cell->distance.items[i]);
}

static void add_size(struct argv_build *build)
{
	const struct guest_memory *memory = &build->data->memory;
	_cleanup_props_ struct props props;

	props_begin(&props, NULL);
	props_add(&props, "size", "%" PRIu64 "k", memory->size >> 10);
	if (memory->max_size) {
		props_add(&props, "slots", "%d", (int)memory->slots);
		props_add(&props, "maxmem", "%" PRIu64 "k", memory->max_size >> 10);
	}
	argv_from(build->argv, build->guest, "Memory", "Size", 0);
	argv_add_props(build->argv, "-m", &props);
}

int argv_build_memory(struct argv_build *build, struct err *err)
{
	const struct guest_memory *memory = &build->data->memory;
	const struct piece all = { .size = memory->size,
				   .nodes = &memory->host_nodes,
				   .policy = memory->policy };

	(void)err;
	add_size(build);
	if (memory->locked) {
		argv_from(build->argv, build->guest, "Memory", "Locked", 0);
		argv_add(build->argv, "-overcommit", "mem-lock=on");
	}
	if (argv_memory_backend(build)) {
		argv_from(build->argv, build->guest, "Memory", "HugePages", 0);
		add_backend(build, "ram", &all);
	}
	for (size_t i = 0; i < build->data->numa.count; i++)
		add_cell(build, i);
	for (size_t i = 0; i < build->data->numa.count; i++)
		add_distances(build, i);
	return 0;
}
