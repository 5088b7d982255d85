/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hugepage_journal.c: what there was before, when a size's pages come to be counted by node,
 * or not any more.
 *
 * A pool's number and its nodes' are the same pages. Were both in the journal, what is given
 * back of the one would be taken from the other.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "host-prep/hugepage.h"

void hugepage_pool_path(char path[HUGEPAGE_PATH], uint64_t size)
{
	snprintf(path, HUGEPAGE_PATH,
		 "sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB/nr_hugepages",
		 size / 1024);
}

void hugepage_node_path(char path[HUGEPAGE_PATH], uint64_t size, unsigned node)
{
	snprintf(path, HUGEPAGE_PATH,
		 "sys/devices/system/node/node%u/hugepages/hugepages-%" PRIu64
		 "kB/nr_hugepages",
		 node, size / 1024);
}

static uint64_t before_of(const json_t *journal, const char *path, uint64_t otherwise)
{
	const json_t *entry = json_object_get(journal, path);
	const char *before = json_string_value(json_object_get(entry, "before"));

	return before ? strtoull(before, NULL, 10) : otherwise;
}

static uint64_t plain(const struct hugepage_count *count)
{
	return count->total - count->surplus;
}

uint64_t hugepage_before(const json_t *journal, const struct hugepages *pages,
			 const struct hugepage_pool *pool, bool by_node)
{
	char path[HUGEPAGE_PATH];
	uint64_t sum = 0;

	hugepage_pool_path(path, pool->size);
	if (!by_node)
		return before_of(journal, path, plain(&pool->all));
	for (size_t i = 0; i < pages->node_count; i++) {
		hugepage_node_path(path, pool->size, pages->nodes[i].id);
		sum += before_of(journal, path, plain(&pool->nodes[i]));
	}
	return sum;
}

uint64_t hugepage_least(const json_t *journal, const struct hugepages *pages,
			const struct hugepage_pool *pool,
			const struct hugepage_wish *wish)
{
	char path[HUGEPAGE_PATH];
	uint64_t sum = 0;

	for (size_t i = 0; i < pages->node_count; i++) {
		unsigned id = pages->nodes[i].id;

		hugepage_node_path(path, pool->size, id);
		sum += id < HUGEPAGE_NODES && wish->node_origins[id][0]
			       ? wish->nodes[id]
			       : before_of(journal, path, plain(&pool->nodes[i]));
	}
	return sum;
}

/* What is there now counts as what was written. */
static void put(json_t *journal, const char *path, const char *name, uint64_t before,
		const struct hugepage_count *now)
{
	char from[24], to[24];

	snprintf(from, sizeof(from), "%" PRIu64, before);
	snprintf(to, sizeof(to), "%" PRIu64, now->total);
	json_object_set_new(journal, path,
			    json_pack("{s:s, s:s, s:s, s:b}", "name", name, "before",
				      from, "after", to, "gradual", 1));
}

static void to_nodes(json_t *journal, const struct hugepages *pages,
		     const struct hugepage_pool *pool, uint64_t before)
{
	char path[HUGEPAGE_PATH], name[HUGEPAGE_NAME];

	for (size_t i = 0; i < pages->node_count; i++) {
		uint64_t share = before / (pages->node_count - i);

		before -= share;
		hugepage_name(name, pool->size, (int)pages->nodes[i].id);
		hugepage_node_path(path, pool->size, pages->nodes[i].id);
		put(journal, path, name, share, &pool->nodes[i]);
	}
}

static bool drop_nodes(json_t *journal, const struct hugepages *pages,
		       const struct hugepage_pool *pool)
{
	char path[HUGEPAGE_PATH];
	bool any = false;

	for (size_t i = 0; i < pages->node_count; i++) {
		hugepage_node_path(path, pool->size, pages->nodes[i].id);
		any = json_object_del(journal, path) == 0 || any;
	}
	return any;
}

void hugepage_convert(json_t *journal, const struct hugepages *pages,
		      const struct hugepage_pool *pool, bool by_node)
{
	uint64_t before = hugepage_before(journal, pages, pool, !by_node);
	char path[HUGEPAGE_PATH], name[HUGEPAGE_NAME];

	hugepage_pool_path(path, pool->size);
	if (by_node && json_object_del(journal, path) == 0)
		to_nodes(journal, pages, pool, before);
	if (by_node || !drop_nodes(journal, pages, pool))
		return;
	hugepage_name(name, pool->size, -1);
	put(journal, path, name, before, &pool->all);
}
