/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pin_plan.c: which CPUs a first guest could have for itself. */
#include <string.h>

#include "bedplate/topology.h"

enum { CORES_MOST = 4, HOST_TWO_FROM = 8, THREADS_MOST = PIN_VCPUS_MAX / CORES_MOST };

static bool is_core(const struct cpu_place *place)
{
	return place->cpu == place->core;
}

static unsigned count_threads(const struct topology *topology, unsigned core)
{
	unsigned count = 0;

	for (size_t i = 0; i < topology->count; i++)
		count += topology->items[i].core == core;
	return count;
}

/* Cores that count: all, or the large ones where there are such. */
static unsigned count_cores(const struct topology *topology, bool *large_only)
{
	unsigned large = 0, all = 0;

	for (size_t i = 0; i < topology->count; i++) {
		all += is_core(&topology->items[i]);
		large += is_core(&topology->items[i]) && !topology->items[i].small;
	}
	*large_only = large != 0;
	return large ? large : all;
}

static void keep_for_host(struct pin_plan *plan, const struct topology *topology,
			  unsigned cores)
{
	unsigned kept = cores >= HOST_TWO_FROM ? 2 : 1;

	for (size_t i = 0; i < topology->count && kept; i++) {
		if (!is_core(&topology->items[i]))
			continue;
		for (size_t j = 0; j < topology->count; j++)
			if (topology->items[j].core == topology->items[i].cpu)
				cpu_list_add(&plan->host, topology->items[j].cpu);
		kept--;
	}
}

static bool is_free(const struct pin_plan *plan, const struct cpu_place *place,
		    bool large_only)
{
	return is_core(place) && !(large_only && place->small) &&
	       !cpu_list_has(&plan->host, place->cpu);
}

static bool is_together(const struct cpu_place *a, const struct cpu_place *b)
{
	return a->node == b->node && a->package == b->package && a->cache == b->cache;
}

/* The place with the most free cores around it; of equal ones the last. */
static const struct cpu_place *find_room(const struct pin_plan *plan,
					 const struct topology *topology, bool large_only,
					 unsigned *room)
{
	const struct cpu_place *best = NULL;

	*room = 0;
	for (size_t i = 0; i < topology->count; i++) {
		const struct cpu_place *place = &topology->items[i];
		unsigned count = 0;

		if (!is_free(plan, place, large_only))
			continue;
		for (size_t j = 0; j < topology->count; j++)
			count += is_free(plan, &topology->items[j], large_only) &&
				 is_together(place, &topology->items[j]);
		if (count >= *room) {
			*room = count;
			best = place;
		}
	}
	return best;
}

/* The first `wanted` free cores around a place, and how many threads each of them has. */
static void choose_cores(struct pin_plan *plan, const struct topology *topology,
			 const struct cpu_place *around, bool large_only, unsigned wanted,
			 unsigned chosen[CORES_MOST])
{
	plan->threads = THREADS_MOST;
	for (size_t i = 0; i < topology->count && plan->cores < wanted; i++) {
		const struct cpu_place *place = &topology->items[i];
		unsigned threads = count_threads(topology, place->core);

		if (!is_free(plan, place, large_only) || !is_together(place, around))
			continue;
		chosen[plan->cores++] = place->core;
		plan->threads = threads < plan->threads ? threads : plan->threads;
	}
}

static void take_core(struct pin_plan *plan, const struct topology *topology,
		      unsigned core)
{
	unsigned taken = 0;

	for (size_t i = 0; i < topology->count && taken < plan->threads; i++)
		if (topology->items[i].core == core) {
			plan->vcpus[plan->vcpu_count++] = topology->items[i].cpu;
			taken++;
		}
}

void pin_plan_make(struct pin_plan *plan, const struct topology *topology)
{
	const struct cpu_place *around;
	unsigned chosen[CORES_MOST], room, wanted, cores;
	bool large_only;

	*plan = (struct pin_plan){ .cores = 0 };
	cores = count_cores(topology, &large_only);
	keep_for_host(plan, topology, cores);
	around = find_room(plan, topology, large_only, &room);
	if (!around)
		return;
	wanted = cores / 2 < CORES_MOST ? cores / 2 : CORES_MOST;
	wanted = wanted < room ? wanted : room;
	plan->node = around->node;
	choose_cores(plan, topology, around, large_only, wanted ? wanted : 1, chosen);
	for (unsigned i = 0; i < plan->cores; i++)
		take_core(plan, topology, chosen[i]);
}
