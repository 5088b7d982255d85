/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology.c: reads the CPUs' places (kernel Documentation/admin-guide/cputopology.rst). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/topology.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"

#define CPU_FOLDER  "sys/devices/system/cpu"
#define NODE_FOLDER "sys/devices/system/node"

enum { PATH_SIZE = 128, LINE_SIZE = 4096 };

/* False where there is no such list, or an empty one. */
static bool read_list(struct cpu_list *list, int root_fd, const char *path)
{
	char line[LINE_SIZE];

	*list = (struct cpu_list){ { 0 } };
	return file_read_line(root_fd, path, line, sizeof(line), NULL) >= 0 &&
	       !cpu_list_parse(line, list, NULL) && cpu_list_count(list);
}

static unsigned first_of(const struct cpu_list *list)
{
	unsigned cpu = 0;

	while (cpu < CPU_LIST_MAX && !cpu_list_has(list, cpu))
		cpu++;
	return cpu;
}

/* The last cache is that of the highest index; on most machines 3. */
static unsigned read_cache(int root_fd, unsigned cpu)
{
	char path[PATH_SIZE];
	struct cpu_list list;

	for (int index = 4; index >= 2; index--) {
		snprintf(path, sizeof(path),
			 CPU_FOLDER "/cpu%u/cache/index%d/shared_cpu_list", cpu, index);
		if (read_list(&list, root_fd, path))
			return first_of(&list);
	}
	return 0;
}

static void read_place(struct cpu_place *place, int root_fd)
{
	char path[PATH_SIZE];
	struct cpu_list list;
	uint64_t package = 0;

	snprintf(path, sizeof(path), CPU_FOLDER "/cpu%u/topology/thread_siblings_list",
		 place->cpu);
	place->core = read_list(&list, root_fd, path) ? first_of(&list) : place->cpu;
	snprintf(path, sizeof(path), CPU_FOLDER "/cpu%u/topology/physical_package_id",
		 place->cpu);
	/* -1 where it is not known. */
	if (!file_read_u64(root_fd, path, &package, NULL))
		place->package = (unsigned)package;
	place->cache = read_cache(root_fd, place->cpu);
}

static void read_nodes(struct topology *topology, int root_fd)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	char path[PATH_SIZE];
	struct cpu_list list;
	unsigned node;

	names_read(&names, root_fd, NODE_FOLDER);
	for (size_t i = 0; i < names.count; i++) {
		if (sscanf(names.items[i], "node%u", &node) != 1)
			continue;
		snprintf(path, sizeof(path), NODE_FOLDER "/node%u/cpulist", node);
		if (!read_list(&list, root_fd, path))
			continue;
		for (size_t j = 0; j < topology->count; j++)
			if (cpu_list_has(&list, topology->items[j].cpu))
				topology->items[j].node = node;
	}
}

int topology_read(struct topology *topology, int root_fd, struct err *err)
{
	struct cpu_list online, small;
	unsigned count;

	if (!read_list(&online, root_fd, CPU_FOLDER "/online"))
		cpu_list_add(&online, 0);
	read_list(&small, root_fd, "sys/devices/cpu_atom/cpus");
	count = cpu_list_count(&online);
	topology->items = calloc(count, sizeof(*topology->items));
	if (!topology->items)
		return err_sys(err, ENOMEM, "reading the CPUs");
	for (unsigned cpu = 0; cpu < CPU_LIST_MAX && topology->count < count; cpu++) {
		struct cpu_place *place = &topology->items[topology->count];

		if (!cpu_list_has(&online, cpu))
			continue;
		*place = (struct cpu_place){ .cpu = cpu,
					     .small = cpu_list_has(&small, cpu) };
		read_place(place, root_fd);
		topology->count++;
	}
	read_nodes(topology, root_fd);
	return 0;
}

void topology_release(struct topology *topology)
{
	free(topology->items);
	*topology = (struct topology)TOPOLOGY_INIT;
}

unsigned topology_count_cores(const struct topology *topology)
{
	unsigned count = 0;

	for (size_t i = 0; i < topology->count; i++)
		count += topology->items[i].core == topology->items[i].cpu;
	return count;
}

/* How many different values: those that no CPU before has. */
static unsigned count_values(const struct topology *topology, bool of_nodes)
{
	unsigned count = 0;

	for (size_t i = 0; i < topology->count; i++) {
		const struct cpu_place *a = &topology->items[i];
		bool is_new = true;

		for (size_t j = 0; is_new && j < i; j++) {
			const struct cpu_place *b = &topology->items[j];

			is_new = of_nodes ? a->node != b->node : a->package != b->package;
		}
		count += is_new;
	}
	return count;
}

unsigned topology_count_packages(const struct topology *topology)
{
	return count_values(topology, false);
}

unsigned topology_count_nodes(const struct topology *topology)
{
	return count_values(topology, true);
}
