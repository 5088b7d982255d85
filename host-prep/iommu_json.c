/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu_json.c: IOMMU groups as JSON. */
#include <stdio.h>
#include <string.h>

#include "host-prep/iommu.h"
#include "lib/show_json.h"

static json_t *words(const char *text, const char *separators)
{
	json_t *list = json_array();

	for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
		size_t length = strcspn(text, separators);

		json_array_append_new(list, json_stringn_nocheck(text, length));
		text += length;
	}
	return list;
}

static json_t *company(const struct iommu *iommu, const struct iommu_function *function,
		       bool of_card)
{
	json_t *list = json_array();

	for (size_t i = 0; i < iommu->count; i++) {
		const struct iommu_function *other = &iommu->items[i];

		if (function->verdict == IOMMU_NONE)
			continue;
		if (of_card ? iommu_is_same_card(iommu, function, other)
			    : iommu_goes_with(function, other))
			json_array_append_new(list, json_string(other->pci.name));
	}
	return list;
}

static void add_id(json_t *row, const char *name, const struct pci_id *id)
{
	char text[16];

	snprintf(text, sizeof(text), "%04x:%04x", id->vendor, id->device);
	json_object_set_new(row, name, json_string(text));
}

static json_t *resets(const struct iommu_function *function)
{
	return function->reset_unnamed ? json_pack("[s]", "unknown")
				       : words(function->reset, " ");
}

static json_t *function_json(const struct iommu *iommu,
			     const struct iommu_function *function)
{
	const struct pci_function *pci = &function->pci;
	char class_code[16];
	json_t *row = json_pack("{s:s}", "address", pci->name);

	add_id(row, "id", &pci->id);
	add_id(row, "subsystem", &pci->subsystem);
	snprintf(class_code, sizeof(class_code), "%06x", pci->class_code);
	json_object_set_new(row, "class", json_string(class_code));
	json_object_set_new(row, "class_name", show_json_text(function->class_name));
	json_object_set_new(row, "vendor", show_json_text(function->vendor));
	json_object_set_new(row, "device", show_json_text(function->device));
	json_object_set_new(row, "driver", show_json_text(pci->driver));
	json_object_set_new(row, "bridge", json_boolean(pci->is_bridge));
	json_object_set_new(row, "boot_vga", json_boolean(pci->boot_vga));
	json_object_set_new(row, "virtual_function", json_boolean(function->is_virtual));
	json_object_set_new(row, "virtual_functions", json_integer(pci->vfs));
	json_object_set_new(row, "reset", resets(function));
	json_object_set_new(row, "used_as", words(function->uses, ", "));
	json_object_set_new(row, "verdict",
			    json_string(iommu_verdict_word(function->verdict)));
	json_object_set_new(row, "reason", show_json_text(function->reason));
	json_object_set_new(row, "with", company(iommu, function, false));
	json_object_set_new(row, "same_card", company(iommu, function, true));
	return row;
}

json_t *iommu_json(const struct iommu *iommu)
{
	json_t *groups = json_array(), *alone = json_array(), *functions = NULL;
	int group = -1;

	for (size_t i = 0; i < iommu->count; i++) {
		const struct iommu_function *function = &iommu->items[i];

		if (function->pci.group < 0) {
			json_array_append_new(alone, function_json(iommu, function));
			continue;
		}
		if (function->pci.group != group) {
			group = function->pci.group;
			functions = json_array();
			json_array_append_new(groups,
					      json_pack("{s:i, s:s, s:o}", "group", group,
							"type", function->group_type,
							"functions", functions));
		}
		json_array_append_new(functions, function_json(iommu, function));
	}
	return json_pack("{s:i, s:b, s:o, s:o}", "version", 1, "iommu", iommu->is_on,
			 "groups", groups, "ungrouped", alone);
}
