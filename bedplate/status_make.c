/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_make.c: one JSON object of all that is known. */
#include <string.h>

#include "bedplate/status.h"
#include "lib/json_text.h"
#include "lib/show_json.h"

static json_t *part(const struct status *status, enum status_part number)
{
	return status->parts[number].json;
}

static json_t *copy(json_t *value)
{
	return value ? json_deep_copy(value) : json_null();
}

/* ---- the boot ---- */

/* The row of the image that has this id, among kernels' and their previous ones. */
static const json_t *find_image(const json_t *rows, const char *id)
{
	const json_t *row, *found;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (!strcmp(json_text(row, "id"), id))
			return row;
		found = find_image(json_object_get(row, "previous"), id);
		if (found)
			return found;
	}
	return NULL;
}

static json_t *image_json(const struct status *status)
{
	const char *id = json_text(status->boot, "image");
	const json_t *rows = json_object_get(part(status, STATUS_IMAGES), "kernels"),
		     *row = *id ? find_image(rows, id) : NULL,
		     *running = json_object_get(part(status, STATUS_LOADER), "running");
	json_t *verified = row ? json_object_get(row, "verified") : NULL;

	return json_pack("{s:b, s:s, s:o, s:o, s:b}", "ours", *id != '\0', "id", id,
			 "path", copy(row ? json_object_get(row, "image") : NULL),
			 "verified", copy(verified), "good", json_flag(running, "good"));
}

static void set_times(json_t *boot, const json_t *steps)
{
	size_t count = json_array_size(steps);
	json_int_t begin, end;

	if (!count)
		return;
	begin = json_integer_value(json_object_get(json_array_get(steps, 0), "start_us"));
	end = json_integer_value(
		json_object_get(json_array_get(steps, count - 1), "end_us"));
	json_object_set_new(boot, "kernel_us", json_integer(begin));
	json_object_set_new(boot, "initramfs_us", json_integer(end - begin));
}

static json_t *boot_json(const struct status *status)
{
	json_t *loader = part(status, STATUS_LOADER);
	json_t *boot = json_pack(
		"{s:o, s:s, s:o, s:o, s:o, s:o}", "kernel",
		show_json_text(status->kernel), "result",
		status->boot ? json_text(status->boot, "result") : "", "image",
		image_json(status), "root", copy(json_object_get(status->boot, "root")),
		"loader", copy(json_object_get(loader, "loader")), "first",
		copy(json_object_get(json_object_get(loader, "trial"), "first")));

	set_times(boot, json_object_get(status->boot, "steps"));
	return boot;
}

/* ---- networks ---- */

static const json_t *node(const json_t *graph, json_int_t id)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(graph, "nodes"), i, row) {
		if (json_integer_value(json_object_get(row, "id")) == id)
			return row;
	}
	return NULL;
}

/* The first that it leads to in this way. */
static const json_t *follow(const json_t *graph, const json_t *from, const char *way)
{
	json_int_t id = json_integer_value(json_object_get(from, "id"));
	const json_t *edge;
	size_t i;

	json_array_foreach(json_object_get(graph, "edges"), i, edge) {
		if (json_integer_value(json_object_get(edge, "from")) == id &&
		    !strcmp(json_text(edge, "way"), way))
			return node(graph,
				    json_integer_value(json_object_get(edge, "to")));
	}
	return NULL;
}

static json_t *network_json(const struct status *status, const json_t *network)
{
	const json_t *bridge = follow(part(status, STATUS_GRAPH), network, "has");
	const char *name = json_text(network, "name");

	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:o}", "name", name, "mode",
			 json_text(network, "detail"), "bridge",
			 bridge ? json_string(json_text(bridge, "name")) : json_null(),
			 "detail", bridge ? json_text(bridge, "detail") : "", "state",
			 json_text(bridge ? bridge : network, "state"), "clients",
			 copy(json_object_get(status->clients, name)));
}

static json_t *networks_json(const struct status *status)
{
	const json_t *row;
	json_t *list = json_array();
	size_t i;

	json_array_foreach(json_object_get(part(status, STATUS_GRAPH), "nodes"), i, row) {
		if (!strcmp(json_text(row, "kind"), "network"))
			json_array_append_new(list, network_json(status, row));
	}
	return list;
}

/* ---- guests ---- */

/* Of those whom it waits for, who is not ready. */
static json_t *waits_json(const struct status *status, const char *name)
{
	const json_t *row = json_row(part(status, STATUS_ORDER), "name", name), *other,
		     *guests = part(status, STATUS_GUESTS);
	json_t *list = json_array();
	size_t i;

	json_array_foreach(json_object_get(row, "waits_for"), i, other) {
		if (!json_flag(json_row(guests, "name", json_string_value(other)),
			       "ready"))
			json_array_append_new(list, json_deep_copy(other));
	}
	return list;
}

static json_t *guests_json(const struct status *status)
{
	static const char *const keys[] = { "name",   "state",    "ready", "since",
					    "reason", "restarts", "qemu" };
	const json_t *row;
	json_t *list = json_array();
	size_t i;

	json_array_foreach(part(status, STATUS_GUESTS), i, row) {
		bool comes = strcmp(json_text(row, "state"), "running") != 0;
		json_t *guest = json_object();

		for (size_t j = 0; j < sizeof(keys) / sizeof(keys[0]); j++)
			json_object_set(guest, keys[j], json_object_get(row, keys[j]));
		json_object_set_new(guest, "waits_for",
				    comes ? waits_json(status, json_text(row, "name"))
					  : json_array());
		json_array_append_new(list, guest);
	}
	return list;
}

/* ---- all ---- */

json_t *status_make(const struct status *status)
{
	json_t *told = told_json(&status->attention), *all = json_object();

	json_object_set_new(all, "version", json_integer(1));
	json_object_set(all, "attention", json_object_get(told, "findings"));
	json_object_set_new(all, "boot", boot_json(status));
	json_object_set_new(all, "iommu_groups", json_integer(status->iommu_groups));
	json_object_set_new(all, "vfio", copy(json_object_get(status->boot, "vfio")));
	json_object_set_new(all, "memory", copy(status->memory));
	json_object_set_new(all, "networks", networks_json(status));
	json_object_set_new(all, "guests", guests_json(status));
	json_object_set_new(all, "drift",
			    copy(json_object_get(part(status, STATUS_DRIFT), "steps")));
	json_decref(told);
	return all;
}
