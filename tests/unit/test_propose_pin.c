/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: bedplate/pin_plan.c bedplate/topology.c lib/value/cpu_list.c lib/names.c lib/file.c lib/strbuf.c lib/err.c */
/* clang-format on */
/* test_propose_pin.c: the CPUs that a first guest could have for itself. */
#include <stdint.h>

#include "bedplate/topology.h"
#include "lib/cleanup.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

/* A machine of cores, each with its threads so many numbers apart. */
struct machine {
	unsigned cores, threads, apart, per_cache, per_node, small_from;
};

static const struct {
	struct machine machine;
	unsigned cores, threads, node;
	const char *pins, *host, *promise;
} rows[] = {
	{ { 1, 1, 0, 1, 1, 0 },
	  0,
	  0,
	  0,
	  "",
	  "0",
	  "one core: nothing is left to a guest" },
	{ { 1, 2, 1, 1, 1, 0 }, 0, 0, 0, "", "0-1", "... with two threads, too" },
	{ { 2, 1, 0, 2, 2, 0 }, 1, 1, 0, "1", "0", "two cores: one each" },
	{ { 4, 1, 0, 4, 4, 0 }, 2, 1, 0, "1 2", "0", "four: half of them" },
	{ { 4, 2, 4, 4, 4, 0 },
	  2,
	  2,
	  0,
	  "1 5 2 6",
	  "0,4",
	  "threads side by side, numbers apart" },
	{ { 8, 2, 8, 8, 8, 0 },
	  4,
	  2,
	  0,
	  "2 10 3 11 4 12 5 13",
	  "0-1,8-9",
	  "from eight cores on the host keeps two" },
	{ { 16, 2, 16, 8, 16, 0 },
	  4,
	  2,
	  0,
	  "8 24 9 25 10 26 11 27",
	  "0-1,16-17",
	  "one cache of two: that of which the host has nothing" },
	{ { 8, 1, 0, 4, 4, 0 }, 4, 1, 1, "4 5 6 7", "0-1", "one node of two" },
	{ { 6, 1, 0, 2, 6, 0 }, 2, 1, 0, "4 5", "0", "no more than a cache has" },
	{ { 12, 1, 0, 4, 12, 4 }, 2, 1, 0, "1 2", "0", "efficiency cores are left out" },
};

static struct topology make(const struct machine *machine)
{
	struct topology topology = TOPOLOGY_INIT;

	topology.items =
		calloc(machine->cores * machine->threads, sizeof(*topology.items));
	for (unsigned thread = 0; thread < machine->threads; thread++)
		for (unsigned core = 0; core < machine->cores; core++) {
			unsigned first =
				machine->apart == 1 ? core * machine->threads : core;

			topology.items[topology.count++] = (struct cpu_place){
				.cpu = first + thread * machine->apart,
				.core = first,
				.cache = core / machine->per_cache,
				.node = core / machine->per_node,
				.small = machine->small_from &&
					 core >= machine->small_from,
			};
		}
	return topology;
}

static void plans(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct topology topology = make(&rows[i].machine);
		_cleanup_strbuf_ struct strbuf pins, host;
		struct pin_plan plan;

		strbuf_init(&pins, 0);
		strbuf_init(&host, 0);
		pin_plan_make(&plan, &topology);
		for (unsigned j = 0; j < plan.vcpu_count; j++)
			strbuf_addf(&pins, "%s%u", j ? " " : "", plan.vcpus[j]);
		cpu_list_format(&plan.host, &host);
		is_str(pins.text, rows[i].pins, "%s", rows[i].promise);
		is_str(host.text, rows[i].host, "... the host keeps its own");
		is_int((int)plan.cores, (int)rows[i].cores, "... cores");
		if (plan.cores) {
			is_int((int)plan.threads, (int)rows[i].threads, "... threads");
			is_int((int)plan.node, (int)rows[i].node, "... node");
		}
		topology_release(&topology);
	}
}

#define CPU(n) "sys/devices/system/cpu/cpu" #n "/"

static void reads(void)
{
	int root = fake_tree_open();
	struct topology topology = TOPOLOGY_INIT;

	is_int(topology_read(&topology, root, NULL), 0, "an empty tree is read");
	is_int((int)topology.count, 1, "... as one CPU");
	topology_release(&topology);
	fake_file(root, "sys/devices/system/cpu/online", "0,2-3\n");
	fake_file(root, CPU(2) "topology/thread_siblings_list", "2-3\n");
	fake_file(root, CPU(3) "topology/thread_siblings_list", "2-3\n");
	fake_file(root, CPU(3) "topology/physical_package_id", "1\n");
	fake_file(root, CPU(3) "cache/index2/shared_cpu_list", "3\n");
	fake_file(root, CPU(3) "cache/index3/shared_cpu_list", "2-3\n");
	fake_file(root, "sys/devices/system/node/node1/cpulist", "2-3\n");
	fake_file(root, "sys/devices/system/node/node2/cpulist", "\n");
	fake_file(root, "sys/devices/cpu_atom/cpus", "0\n");
	is_int(topology_read(&topology, root, NULL), 0, "a machine is read");
	is_int((int)topology.count, 3, "CPUs that are online");
	is_int((int)topology_count_cores(&topology), 2, "cores");
	is_int((int)topology_count_nodes(&topology), 2, "nodes");
	is_int((int)topology_count_packages(&topology), 2, "packages");
	ok(topology.items[0].small && !topology.items[1].small, "efficiency cores");
	is_int((int)topology.items[2].cache, 2, "the last cache is what counts");
	is_int((int)topology.items[2].core, 2, "a core's first CPU names it");
	topology_release(&topology);
	close(root);
	fake_tree_remove();
}

int main(void)
{
	plans();
	reads();
	return done_testing();
}
