/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine_json.c: what was found, for programs. */
#include "bedplate/machine.h"
#include "lib/show_json.h"

static json_t *list(const struct names *names)
{
	json_t *all = json_array();

	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(all, show_json_text(names->items[i]));
	return all;
}

static json_t *cpu_json(const struct machine_cpu *cpu)
{
	const struct topology *topology = &cpu->topology;

	return json_pack("{s:s, s:o, s:i, s:i, s:i, s:i, s:b, s:b, s:b}", "maker",
			 cpu_maker_word(cpu->maker), "model", show_json_text(cpu->model),
			 "cpus", (int)topology->count, "cores",
			 (int)topology_count_cores(topology), "packages",
			 (int)topology_count_packages(topology), "nodes",
			 (int)topology_count_nodes(topology), "virtualization",
			 cpu->can_virtualize, "gib_pages", cpu->has_gib_pages,
			 "is_virtual", cpu->is_virtual);
}

static json_t *root_json(const struct machine_root *root)
{
	json_t *layers = json_array();

	for (size_t i = 0; i < root->layer_count; i++)
		json_array_append_new(
			layers, json_pack("{s:o, s:o, s:s}", "name",
					  show_json_text(root->layers[i].name), "title",
					  show_json_text(root->layers[i].title), "kind",
					  root->layers[i].kind));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "source",
			 show_json_text(root->source), "fstype",
			 show_json_text(root->fstype), "group",
			 show_json_text(root->group), "volume",
			 show_json_text(root->volume), "layers", layers);
}

static json_t *nics_json(const struct machine *machine)
{
	json_t *all = json_array();

	for (size_t i = 0; i < machine->nic_count; i++) {
		const struct machine_nic *nic = &machine->nics[i];

		json_array_append_new(
			all,
			json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:b}",
				  "name", show_json_text(nic->name), "driver",
				  show_json_text(nic->driver), "mac",
				  show_json_text(nic->mac), "pci",
				  show_json_text(nic->pci), "master",
				  show_json_text(nic->master), "wireless", nic->wireless,
				  "up", nic->up, "link", nic->link, "default_route",
				  nic->is_default, "any_route", nic->is_routed));
	}
	return all;
}

static json_t *memory_json(const struct machine *machine)
{
	json_t *pools = json_array(), *swaps = json_array();

	for (size_t i = 0; i < machine->pool_count; i++)
		json_array_append_new(
			pools, json_pack("{s:I, s:I}", "size",
					 (json_int_t)machine->pools[i].size, "pages",
					 (json_int_t)machine->pools[i].pages));
	for (size_t i = 0; i < machine->swap_count; i++)
		json_array_append_new(
			swaps, json_pack("{s:o, s:o, s:I}", "path",
					 show_json_text(machine->swaps[i].path), "type",
					 show_json_text(machine->swaps[i].type), "bytes",
					 (json_int_t)machine->swaps[i].bytes));
	return json_pack("{s:I, s:o, s:o}", "bytes", (json_int_t)machine->memory,
			 "huge_pages", pools, "swap", swaps);
}

static json_t *functions_json(const struct machine *machine)
{
	json_t *all = json_array();

	for (size_t i = 0; i < machine->function_count; i++) {
		const struct machine_function *row = &machine->functions[i];

		json_array_append_new(
			all,
			json_pack("{s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:b, s:o, s:o}",
				  "address", show_json_text(row->address), "id",
				  show_json_text(row->id), "title",
				  show_json_text(row->title), "driver",
				  show_json_text(row->driver), "group", row->group,
				  "verdict", show_json_text(row->verdict), "reason",
				  show_json_text(row->reason), "can_pass", row->can_pass,
				  "with", list(&row->with), "same_card",
				  list(&row->same_card)));
	}
	return all;
}

json_t *machine_json(const struct machine *machine)
{
	static const char *const states[] = {
		[IOMMU_MISSING] = "missing", [IOMMU_OFF] = "off", [IOMMU_ON] = "on"
	};
	const char *loader = machine->boot_loader;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:s, s:o, s:b, s:o, s:o}",
			 "cpu", cpu_json(&machine->cpu), "memory", memory_json(machine),
			 "root", root_json(&machine->root), "nics", nics_json(machine),
			 "network_managers", list(&machine->managers), "iommu",
			 states[machine->iommu], "devices", functions_json(machine),
			 "firmware", machine->is_efi ? "efi" : "bios", "boot_loader",
			 *loader ? show_json_text(loader) : json_null(), "kvm",
			 machine->has_kvm, "missing_packages", list(&machine->missing),
			 "remarks", list(&machine->remarks));
}
