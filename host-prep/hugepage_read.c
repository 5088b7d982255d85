/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugepage_read.c: the pools of huge pages as the kernel shows them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/hugepage.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/meminfo.h"
#include "lib/names.h"
#include "lib/value/units.h"

static const char pools[] = "sys/kernel/mm/hugepages";
static const char nodes[] = "sys/devices/system/node";

const char *hugepage_size_text(uint64_t size, char text[24])
{
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	size_format(size, &out);
	snprintf(text, 24, "%.23s", out.text);
	return text;
}

const struct hugepage_pool *hugepage_find(const struct hugepages *pages, uint64_t size)
{
	for (size_t i = 0; i < pages->count; i++)
		if (pages->pools[i].size == size)
			return &pages->pools[i];
	return NULL;
}

static struct hugepage_count read_count(int root_fd, const char *folder, uint64_t size)
{
	struct hugepage_count count = { .total = 0 };
	const struct {
		const char *file;
		uint64_t *value;
	} rows[] = {
		{ "nr_hugepages", &count.total },
		{ "free_hugepages", &count.free },
		{ "surplus_hugepages", &count.surplus },
	};
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(path, sizeof(path), "%s/hugepages-%" PRIu64 "kB/%s", folder,
			 size / 1024, rows[i].file);
		file_read_u64(root_fd, path, rows[i].value, NULL);
	}
	return count;
}

static int read_pools(struct hugepages *pages, int root_fd, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	uint64_t kilobytes;

	if (names_read(&names, root_fd, pools))
		return err_sys(err, ENOMEM, "reading %s", pools);
	for (size_t i = 0; i < names.count && pages->count < HUGEPAGE_SIZES; i++) {
		struct hugepage_pool *pool = &pages->pools[pages->count];

		if (sscanf(names.items[i], "hugepages-%" SCNu64 "kB", &kilobytes) != 1)
			continue;
		pool->size = kilobytes * 1024;
		pool->all = read_count(root_fd, pools, pool->size);
		pages->count++;
	}
	return 0;
}

static uint64_t read_meminfo(int root_fd, const char *path, const char *key)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 65536);
	file_read(root_fd, path, &text, NULL);
	return meminfo_value(text.text, key);
}

static int read_nodes(struct hugepages *pages, int root_fd, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;

	if (names_read(&names, root_fd, nodes))
		return err_sys(err, ENOMEM, "reading %s", nodes);
	for (size_t i = 0; i < names.count && pages->node_count < HUGEPAGE_NODES; i++) {
		size_t node = pages->node_count;
		char path[256], folder[128];
		unsigned id;

		if (sscanf(names.items[i], "node%u", &id) != 1)
			continue;
		snprintf(path, sizeof(path), "%s/node%u/meminfo", nodes, id);
		snprintf(folder, sizeof(folder), "%s/node%u/hugepages", nodes, id);
		pages->nodes[node].id = id;
		pages->nodes[node].free = read_meminfo(root_fd, path, "MemFree");
		for (size_t j = 0; j < pages->count; j++)
			pages->pools[j].nodes[node] =
				read_count(root_fd, folder, pages->pools[j].size);
		pages->node_count++;
	}
	return 0;
}

int hugepage_read(struct hugepages *pages, int root_fd, struct err *err)
{
	int result;

	*pages = (struct hugepages){ .count = 0 };
	pages->memory = read_meminfo(root_fd, "proc/meminfo", "MemTotal");
	result = read_pools(pages, root_fd, err);
	return result ? result : read_nodes(pages, root_fd, err);
}
