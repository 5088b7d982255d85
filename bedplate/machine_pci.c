/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine_pci.c: what could be passed through, as `bedplate host-prep iommu --json` judges it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/machine.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"

static int read_names(struct names *names, const json_t *list)
{
	const json_t *item;
	size_t i;
	int result = 0;

	json_array_foreach(list, i, item) {
		if (!result && json_is_string(item))
			result = names_add(names, json_string_value(item));
	}
	return result;
}

static void join(const json_t *list, char *text, size_t size)
{
	const json_t *item;
	size_t i, used = 0;

	*text = '\0';
	json_array_foreach(list, i, item) {
		if (used < size && json_is_string(item))
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used ? ", " : "",
						 json_string_value(item));
	}
}

static void copy(char *text, size_t size, const json_t *row, const char *key)
{
	snprintf(text, size, "%s", json_text(row, key));
}

/* Maker and name, as far as the system's list has them, or what kind of thing it is. */
static void name_function(struct machine_function *function, const json_t *row)
{
	const char *vendor = json_text(row, "vendor"), *device = json_text(row, "device");
	_cleanup_strbuf_ struct strbuf title;

	strbuf_init(&title, 0);
	copy(function->class_name, sizeof(function->class_name), row, "class_name");
	strbuf_adds(&title, function->class_name);
	if (*vendor || *device)
		strbuf_addf(&title, ": %s%s%s", vendor, *vendor && *device ? " " : "",
			    device);
	snprintf(function->title, sizeof(function->title), "%.250s", title.text);
	/* A list of names is a file like another: what it holds goes into a comment. */
	for (char *c = function->title; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
}

static int read_function(struct machine_function *function, const json_t *row, int group)
{
	const char *verdict = json_text(row, "verdict");
	int result = read_names(&function->with, json_object_get(row, "with"));

	if (!result)
		result = read_names(&function->same_card,
				    json_object_get(row, "same_card"));
	copy(function->address, sizeof(function->address), row, "address");
	copy(function->id, sizeof(function->id), row, "id");
	copy(function->driver, sizeof(function->driver), row, "driver");
	copy(function->verdict, sizeof(function->verdict), row, "verdict");
	copy(function->reason, sizeof(function->reason), row, "reason");
	join(json_object_get(row, "used_as"), function->used_as,
	     sizeof(function->used_as));
	name_function(function, row);
	function->class_code = (unsigned)strtoul(json_text(row, "class"), NULL, 16);
	function->group = group;
	function->boot_vga = json_flag(row, "boot_vga");
	function->can_reset = json_array_size(json_object_get(row, "reset")) != 0;
	function->is_free = !strcmp(verdict, "ready");
	function->can_pass = function->is_free || !strcmp(verdict, "alone") ||
			     !strcmp(verdict, "together");
	return result;
}

static int read_list(struct machine *machine, const json_t *list, int group)
{
	const json_t *row;
	size_t i;
	int result = 0;

	json_array_foreach(list, i, row) {
		struct machine_function *function;

		if (result || !strcmp(json_text(row, "verdict"), "none"))
			continue;
		function = machine_more(&machine->functions, &machine->function_count,
					sizeof(*function));
		result = function ? read_function(function, row, group) : -ENOMEM;
	}
	return result;
}

/* The firmware's tables: ACPI's DMAR is Intel's, IVRS AMD's, IORT Arm's. */
static enum iommu_state find_iommu(int root_fd, bool is_on)
{
	static const char *const tables[] = { "DMAR", "IVRS", "IORT" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(tables) && !is_on; i++) {
		snprintf(path, sizeof(path), "sys/firmware/acpi/tables/%s", tables[i]);
		if (file_exists(root_fd, path))
			return IOMMU_OFF;
	}
	return is_on ? IOMMU_ON : IOMMU_MISSING;
}

int machine_read_functions(struct machine *machine, int root_fd, const char *root_path,
			   struct err *err)
{
	const json_t *group;
	json_t *answer;
	size_t i;
	int result = machine_ask(machine, "host-prep", "iommu", root_path, &answer);

	json_array_foreach(json_object_get(answer, "groups"), i, group) {
		if (!result)
			result = read_list(
				machine, json_object_get(group, "functions"),
				(int)json_integer_value(json_object_get(group, "group")));
	}
	if (!result)
		result = read_list(machine, json_object_get(answer, "ungrouped"), -1);
	machine->iommu = find_iommu(root_fd, json_flag(answer, "iommu"));
	json_decref(answer);
	return result ? err_sys(err, -result, "reading the PCI devices") : 0;
}
