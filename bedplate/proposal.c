/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proposal.c: memory, names and cards; and the whole. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/pass_set.h"
#include "bedplate/proposal.h"
#include "lib/cleanup.h"
#include "lib/show_json.h"
#include "lib/value/units.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

void memory_plan_make(struct memory_plan *plan, uint64_t memory)
{
	uint64_t unit = memory >= 4 * GIB ? GIB : 256 * MIB;

	plan->host = memory / 4 > 2 * GIB ? memory / 4 : 2 * GIB;
	if (plan->host > memory / 2)
		plan->host = memory / 2;
	plan->guests = (memory - plan->host) / unit * unit;
	plan->host = memory - plan->guests;
	plan->first = 8 * GIB;
	while (plan->first > 512 * MIB && plan->first > plan->guests / 2)
		plan->first /= 2;
}

/* A name whose bridge there is not yet: somebody else's must not be taken. */
static void name_network(struct proposal *proposal, const struct machine *machine)
{
	static const char *const names[] = { "nat", "guests", "bedplate", "nat2" };
	char bridge[PROPOSAL_NAME + 4];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(proposal->network, sizeof(proposal->network), "%s", names[i]);
		snprintf(bridge, sizeof(bridge), "br-%s", names[i]);
		if (!names_have(&machine->links, bridge))
			return;
	}
}

/* By how little harm a bridge over it does. */
static int rank_uplink(const struct machine_nic *nic)
{
	if (nic->wireless || nic->master[0])
		return 0;
	return 1 + (nic->link ? 1 : 0) + (nic->is_routed ? 0 : 2) +
	       (nic->is_default ? 0 : 4);
}

static const struct machine_nic *choose_uplink(const struct machine *machine)
{
	const struct machine_nic *best = NULL;

	for (size_t i = 0; i < machine->nic_count; i++)
		if (rank_uplink(&machine->nics[i]) > (best ? rank_uplink(best) : 0))
			best = &machine->nics[i];
	return best;
}

int proposal_make(struct proposal *proposal, const struct machine *machine,
		  struct err *err)
{
	int result = pass_sets_make(proposal, machine);

	if (result)
		return err_sys(err, -result, "looking at what can be passed through");
	pin_plan_make(&proposal->pin, &machine->cpu.topology);
	memory_plan_make(&proposal->memory, machine->memory);
	subnet_choose(&machine->subnets, &proposal->subnet);
	name_network(proposal, machine);
	proposal->uplink = choose_uplink(machine);
	if (machine->networks.count)
		snprintf(proposal->guest_network, sizeof(proposal->guest_network),
			 "%.63s", machine->networks.items[0]);
	else if (proposal->subnet.address.family)
		snprintf(proposal->guest_network, sizeof(proposal->guest_network), "%s",
			 proposal->network);
	return 0;
}

void proposal_release(struct proposal *proposal)
{
	free(proposal->sets);
	*proposal = (struct proposal)PROPOSAL_INIT;
}

static json_t *sets_json(const struct proposal *proposal)
{
	json_t *all = json_array();

	for (size_t i = 0; i < proposal->set_count; i++) {
		const struct pass_set *set = &proposal->sets[i];
		_cleanup_strbuf_ struct strbuf devices;

		strbuf_init(&devices, 0);
		pass_set_write(set, &devices);
		json_array_append_new(all, json_pack("{s:o, s:b, s:b, s:b}", "devices",
						     show_json_text(devices.text),
						     "default_route", set->is_reached,
						     "in_use", set->is_used,
						     "host_screen", set->is_screen));
	}
	return all;
}

json_t *proposal_json(const struct proposal *proposal)
{
	_cleanup_strbuf_ struct strbuf subnet, host;
	const struct pin_plan *pin = &proposal->pin;
	json_t *vcpus = json_array();

	strbuf_init(&subnet, 0);
	strbuf_init(&host, 0);
	if (proposal->subnet.address.family)
		ip_prefix_format(&proposal->subnet, &subnet);
	cpu_list_format(&pin->host, &host);
	for (unsigned i = 0; i < pin->vcpu_count; i++)
		json_array_append_new(vcpus, json_integer(pin->vcpus[i]));
	return json_pack(
		"{s:s, s:s, s:s, s:{s:i, s:i, s:o, s:s, s:i}, s:{s:I, s:I, s:I}, "
		"s:s, s:o}",
		"network", proposal->network, "address", subnet.text, "guest_network",
		proposal->guest_network, "pin", "cores", (int)pin->cores, "threads",
		(int)pin->threads, "cpus", vcpus, "host_cpus", host.text, "node",
		(int)pin->node, "memory", "host", (json_int_t)proposal->memory.host,
		"guests", (json_int_t)proposal->memory.guests, "first_guest",
		(json_int_t)proposal->memory.first, "uplink",
		proposal->uplink ? proposal->uplink->name : "", "passthrough",
		sets_json(proposal));
}
