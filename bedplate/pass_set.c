/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pass_set.c: puts together what can only be passed through together. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/pass_set.h"
#include "lib/cleanup.h"
#include "lib/value/pci_select.h"

/* linux/pci_ids.h: base classes, and sub-classes in the order of how likely a guest wants them. */
static const struct {
	unsigned code, mask;
} kinds[] = {
	{ 0x030000, 0xff0000 }, /* display */
	{ 0x120000, 0xff0000 }, /* accelerator */
	{ 0x020000, 0xff0000 }, /* network */
	{ 0x0d0000, 0xff0000 }, /* wireless */
	{ 0x0c0300, 0xffff00 }, /* USB */
	{ 0x010000, 0xff0000 }, /* storage */
	{ 0x040000, 0xff0000 }, /* multimedia */
};

/* Those before USB. */
enum { KINDS_TAKEN = 4 };

/* The place among the kinds; ARRAY_SIZE(kinds): none of them. */
static size_t kind_of(const struct machine_function *function)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(kinds) &&
	       (function->class_code & kinds[i].mask) != kinds[i].code)
		i++;
	return i;
}

static bool is_display(const struct machine_function *function)
{
	return kind_of(function) == 0;
}

static bool has(const struct pass_set *set, const struct machine_function *function)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i] == function)
			return true;
	return false;
}

/* With all that goes with it. */
static void add(struct pass_set *set, const struct machine *machine,
		const struct machine_function *function)
{
	const struct names *lists[] = { &function->with, &function->same_card };

	if (has(set, function) || set->count == PASS_SET_MAX)
		return;
	set->items[set->count++] = function;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (size_t j = 0; j < lists[i]->count; j++) {
			const struct machine_function *other =
				machine_function_of(machine, lists[i]->items[j]);

			if (other && other->can_pass)
				add(set, machine, other);
		}
}

static size_t count_displays(const struct machine *machine)
{
	size_t count = 0;

	for (size_t i = 0; i < machine->function_count; i++)
		count += is_display(&machine->functions[i]);
	return count;
}

static void judge(struct pass_set *set, const struct machine *machine)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct machine_function *function = set->items[i];
		const struct machine_nic *nic =
			machine_nic_of(machine, function->address);

		if (is_display(function))
			set->is_screen |=
				function->boot_vga || count_displays(machine) == 1;
		else if (nic)
			set->is_used |= nic->is_routed || nic->master[0];
		else
			set->is_used |= function->used_as[0] != '\0';
	}
	/* A card may have several interfaces. */
	for (size_t i = 0; i < machine->nic_count; i++) {
		const struct machine_function *function =
			machine_function_of(machine, machine->nics[i].pci);

		set->is_reached |=
			machine->nics[i].is_default && function && has(set, function);
		set->is_used |=
			machine->nics[i].is_routed && function && has(set, function);
	}
}

static bool is_in_any(const struct proposal *proposal,
		      const struct machine_function *function)
{
	for (size_t i = 0; i < proposal->set_count; i++)
		if (has(&proposal->sets[i], function))
			return true;
	return false;
}

static void choose_best(struct proposal *proposal)
{
	for (size_t i = 0; i < proposal->set_count && !proposal->best; i++) {
		const struct pass_set *set = &proposal->sets[i];

		/* A USB controller may have the host's keyboard. */
		if (kind_of(set->items[0]) < KINDS_TAKEN && !set->is_reached &&
		    !set->is_used && !set->is_screen)
			proposal->best = set;
	}
}

int pass_sets_make(struct proposal *proposal, const struct machine *machine)
{
	for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++)
		for (size_t i = 0; i < machine->function_count; i++) {
			const struct machine_function *function = &machine->functions[i];
			struct pass_set *set;

			if (!function->can_pass || kind_of(function) != kind ||
			    is_in_any(proposal, function))
				continue;
			set = machine_more(&proposal->sets, &proposal->set_count,
					   sizeof(*set));
			if (!set)
				return -ENOMEM;
			add(set, machine, function);
			judge(set, machine);
		}
	choose_best(proposal);
	return 0;
}

void pass_set_write(const struct pass_set *set, struct strbuf *out)
{
	for (size_t i = 0; i < set->count; i++) {
		struct pci_select select = { .address = { .is_set = false } };
		const char *address = set->items[i]->address;

		if (pci_address_parse(address, &select.address, NULL) ||
		    pci_id_parse(set->items[i]->id, &select.id, NULL))
			continue;
		/* As people write it: without the domain where that is the first. */
		strbuf_addf(out, "%s%s@%s", i ? " " : "", set->items[i]->id,
			    select.address.domain ? address : address + 5);
	}
}
