/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv_passthrough.c: [Passthrough]: vfio-pci, a slot's functions together as on the host.
 *
 * How it works: the functions of all sections are put in one list. Those of one slot of the host's
 * are a group, led by the first of them, and come to one slot of the guest's. On PCI Express that is behind a
 * root port of its own, where the guest's drivers expect a card to be, unless Slot= says otherwise.
 */
#include <errno.h>
#include <stdio.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

enum { FUNCTIONS_MAX = 128, CLASS_VGA = 0x0300 };

struct function {
	const struct guest_passthrough *row;
	const struct setup_function *found;
	size_t section;
	size_t leader;          /* index of its group's first function */
	unsigned number;        /* in the guest */
	bool first;             /* of its section */
	struct pci_place place; /* of a leader: where the group is */
};

struct functions {
	struct function items[FUNCTIONS_MAX];
	size_t count;
};

static bool are_together(const struct function *a, const struct function *b)
{
	const struct pci_address *x = &a->found->address, *y = &b->found->address;

	return x->domain == y->domain && x->bus == y->bus && x->device == y->device &&
	       a->row->multifunction != guest_passthrough_multifunction_off &&
	       b->row->multifunction != guest_passthrough_multifunction_off;
}

static size_t group_size(const struct functions *all, size_t leader)
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++)
		count += all->items[i].leader == leader;
	return count;
}

/* Numbers stay as on the host where there is a function 0; without one a guest would not look for others. */
static void number(struct functions *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct function *function = &all->items[i];
		unsigned before = 0;
		bool has_first = false;

		for (size_t j = 0; j < all->count; j++) {
			if (all->items[j].leader != function->leader)
				continue;
			before += j < i;
			has_first |= all->items[j].found->address.function == 0;
		}
		function->number = has_first ? function->found->address.function : before;
	}
}

static int collect(const struct argv_build *b, struct functions *all, struct err *err)
{
	all->count = 0;
	for (size_t i = 0; i < b->data->passthrough.count; i++) {
		const struct setup_passthrough *found = &b->setup->passthrough[i];

		for (size_t j = 0; j < found->count; j++) {
			struct function *function = &all->items[all->count];

			if (all->count == FUNCTIONS_MAX)
				return conf_fail(b->guest->conf, "Passthrough", "Address",
						 i, err,
						 "more functions than a guest can have");
			*function =
				(struct function){ .row = &b->data->passthrough.items[i],
						   .found = &found->functions[j],
						   .section = i,
						   .first = j == 0 };
			function->leader = all->count;
			for (size_t k = all->count; k-- > 0;)
				if (are_together(&all->items[k], function))
					function->leader = all->items[k].leader;
			all->count++;
		}
	}
	number(all);
	return 0;
}

/* A root port for the group alone: its first function's place is the group's. */
static int place_behind_port(struct argv_build *b, struct pci_place *place,
			     struct err *err)
{
	static const struct pci_address anywhere;
	_cleanup_props_ struct props p;

	*place = (struct pci_place){ .device = 0 };
	snprintf(place->bus, sizeof(place->bus), "port%u", b->units->ports);
	props_begin(&p, "pcie-root-port");
	props_add(&p, "id", "port%u", b->units->ports);
	return device_root_port(b, &p, &anywhere, err);
}

static int place_function(struct argv_build *b, struct functions *all, size_t index,
			  struct pci_place *place, struct err *err)
{
	struct function *function = &all->items[index];
	struct function *leader = &all->items[function->leader];
	bool behind_port = setup_has_pcie(b->setup) && !leader->row->slot.is_set;
	int result = 0;

	if (index != function->leader)
		*place = leader->place;
	else if (behind_port)
		result = place_behind_port(b, place, err);
	else
		result = argv_pci_place(b->pci, &function->row->slot, PCI_REGION_OTHER,
					place, err);
	if (result)
		return result;
	if (!*place->bus)
		return err_set(err, ENOTSUP, "this machine has no PCI");
	leader->place = *place;
	if (!behind_port && group_size(all, function->leader) > 1)
		result = argv_pci_share(b->pci, &leader->row->slot,
					(uint8_t)function->number, place, err);
	else if (behind_port)
		place->function = (uint8_t)function->number;
	place->multifunction |=
		place->function == 0 &&
		(group_size(all, function->leader) > 1 ||
		 function->row->multifunction == guest_passthrough_multifunction_on);
	return result;
}

/* The one of a section's functions that XVga= and RomFile= mean: the VGA card, or else the first. */
static bool is_main(const struct argv_build *b, const struct function *function)
{
	const struct setup_passthrough *found = &b->setup->passthrough[function->section];

	for (size_t i = 0; i < found->count; i++)
		if (found->functions[i].class >> 8 == CLASS_VGA)
			return function->found == &found->functions[i];
	return function->first;
}

static void add_options(const struct argv_build *b, const struct function *function,
			struct props *p)
{
	const struct guest_passthrough *row = function->row;

	if (is_main(b, function)) {
		if (row->x_vga)
			props_add_switch(p, "x-vga", true);
		if (*row->rom_file)
			props_add(p, "romfile", "%s", row->rom_file);
		device_boot_index(p, row->boot_index);
	}
	if (row->rom_bar != guest_passthrough_rom_bar_auto)
		props_add(p, "rombar", "%d",
			  row->rom_bar == guest_passthrough_rom_bar_on);
	for (size_t i = 0; i < row->options.count; i++)
		props_add_raw(p, row->options.items[i]);
}

static int add_function(struct argv_build *b, struct functions *all, size_t index,
			struct err *err)
{
	const struct function *function = &all->items[index];
	_cleanup_strbuf_ struct strbuf host;
	struct pci_place place;
	struct props p;
	int result = place_function(b, all, index, &place, err);

	strbuf_init(&host, 0);
	if (result)
		return result;
	pci_address_format(&function->found->address, &host);
	props_begin(&p, "vfio-pci");
	props_add(&p, "host", "%s", host.text);
	props_add(&p, "id", "hostdev%zu", index);
	device_add_place(&p, &place);
	add_options(b, function, &p);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

int argv_build_passthrough(struct argv_build *b, struct err *err)
{
	struct functions all;
	int result = collect(b, &all, err);

	for (size_t i = 0; !result && i < all.count; i++) {
		argv_from(b->argv, b->guest, "Passthrough", "Address",
			  all.items[i].section);
		if (add_function(b, &all, i, err))
			return device_fail(b, "Passthrough", "Address",
					   all.items[i].section, err);
	}
	return result;
}
