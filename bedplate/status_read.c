/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_read.c: what the programs say, and what stands in files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bedplate/status.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/meminfo.h"
#include "lib/names.h"
#include "lib/text_match.h"

static const struct part status_parts[STATUS_PARTS] = {
	[STATUS_IMAGES] = { .program = "mkinitramfs",
			    .words = { "status" },
			    .title = "the images",
			    .area = "Images" },
	[STATUS_LOADER] = { .program = "boot",
			    .words = { "status" },
			    .title = "the boot loader",
			    .area = "Boot loader" },
	[STATUS_DRIFT] = { .program = "host-prep",
			   .words = { "status" },
			   .title = "whether the host is as configured",
			   .area = "Host" },
	[STATUS_GRAPH] = { .program = "host-prep",
			   .words = { "graph" },
			   .title = "the networks",
			   .area = "Network" },
	[STATUS_GUESTS] = { .program = "qemu-launch",
			    .words = { "status" },
			    .title = "the guests",
			    .area = "Guests" },
	[STATUS_ORDER] = { .program = "qemu-launch",
			   .words = { "boot", "--dry-run" },
			   .title = "the order of the guests",
			   .area = "Guests" },
};

static json_t *read_json(int root_fd, const char *path)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (file_read(root_fd, path, &text, NULL))
		return NULL;
	return json_loadb(text.text, text.length, 0, NULL);
}

/* ---- memory ---- */

/* Kernel Documentation/admin-guide/mm/hugetlbpage.rst. */
static void read_pool(json_t *list, int root_fd, const char *name)
{
	static const char folder[] = "sys/kernel/mm/hugepages";
	unsigned long long kib;
	uint64_t total = 0, left = 0;
	char path[160];

	if (sscanf(name, "hugepages-%llukB", &kib) != 1)
		return;
	snprintf(path, sizeof(path), "%s/%.60s/nr_hugepages", folder, name);
	if (file_read_u64(root_fd, path, &total, NULL) || !total)
		return;
	snprintf(path, sizeof(path), "%s/%.60s/free_hugepages", folder, name);
	file_read_u64(root_fd, path, &left, NULL);
	json_array_append_new(
		list, json_pack("{s:I, s:I, s:I}", "size", (json_int_t)kib * 1024,
				"total", (json_int_t)total, "free", (json_int_t)left));
}

static json_t *read_memory(int root_fd)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	_cleanup_strbuf_ struct strbuf text;
	json_t *pools = json_array();

	strbuf_init(&text, 0);
	file_read(root_fd, "proc/meminfo", &text, NULL);
	names_read(&names, root_fd, "sys/kernel/mm/hugepages");
	for (size_t i = 0; i < names.count; i++)
		read_pool(pools, root_fd, names.items[i]);
	return json_pack("{s:I, s:I, s:o}", "total",
			 (json_int_t)meminfo_value(text.text, "MemTotal"), "available",
			 (json_int_t)meminfo_value(text.text, "MemAvailable"),
			 "hugepages", pools);
}

/* ---- leases ---- */

/* A line begins with when the lease ends, 0 for never; dnsmasq(8), --dhcp-leasefile. The line
 * of the server's own identity ("duid ...") begins with no number. */
static json_int_t count_leases(const char *text, time_t now)
{
	json_int_t count = 0;

	for (; *text; text = text_next_line(text)) {
		char *end;
		long long until = strtoll(text, &end, 10);

		count += end != text && (!until || until > now);
	}
	return count;
}

static json_t *read_clients(int root_fd)
{
	static const char folder[] = "var/lib/bedplate/dnsmasq", suffix[] = ".leases";
	_cleanup_names_ struct names names = NAMES_INIT;
	json_t *clients = json_object();

	names_read(&names, root_fd, folder);
	for (size_t i = 0; i < names.count; i++) {
		char *name = names.items[i], path[400];
		_cleanup_strbuf_ struct strbuf text;

		strbuf_init(&text, 0);
		snprintf(path, sizeof(path), "%s/%.255s", folder, name);
		if (!text_ends_in(name, suffix) || file_read(root_fd, path, &text, NULL))
			continue;
		name[strlen(name) - strlen(suffix)] = '\0';
		json_object_set_new(clients, name,
				    json_integer(count_leases(text.text, time(NULL))));
	}
	return clients;
}

static int read_files(struct status *status, int root_fd)
{
	_cleanup_names_ struct names groups = NAMES_INIT;
	int result = names_read(&groups, root_fd, "sys/kernel/iommu_groups");

	status->boot = read_json(root_fd, "run/bedplate/boot.json");
	status->memory = read_memory(root_fd);
	status->clients = read_clients(root_fd);
	status->iommu_groups = (int)groups.count;
	file_read_line(root_fd, "proc/sys/kernel/osrelease", status->kernel,
		       sizeof(status->kernel), NULL);
	return result;
}

int status_read(struct status *status, const char *root, struct err *err)
{
	_cleanup_close_ int root_fd = file_open_root(root, err);
	int result;

	*status = (struct status){ .boot = NULL };
	memcpy(status->parts, status_parts, sizeof(status_parts));
	if (root_fd < 0)
		return root_fd;
	result = parts_run(status->parts, STATUS_PARTS, root, err);
	return result ? result : read_files(status, root_fd);
}

void status_release(struct status *status)
{
	parts_release(status->parts, STATUS_PARTS);
	json_decref(status->boot);
	json_decref(status->memory);
	json_decref(status->clients);
	told_list_release(&status->attention);
}
