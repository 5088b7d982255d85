/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_memory.c: huge pages for all guests, and memory left for the host. */
#include <inttypes.h>
#include <string.h>

#include "host-prep/check.h"
#include "host-prep/hugepage.h"
#include "lib/value/units.h"

/* What is configured of one size, on all nodes. */
static uint64_t wanted_pages(const struct hugepage_wish *wish)
{
	uint64_t pages = wish->any;

	for (size_t i = 0; i < HUGEPAGE_NODES; i++)
		pages += wish->nodes[i];
	return pages;
}

static bool read_wishes(const struct check_context *context, struct hugepages *pages,
			struct hugepage_wishes *wishes, struct findings *findings)
{
	const struct part_context part = { .root_fd = context->root_fd,
					   .host = context->host,
					   .conf = context->conf,
					   .guests = context->guests };
	struct err err = ERR_INIT;

	*wishes = (struct hugepage_wishes){ .count = 0 };
	if (!hugepage_read(pages, context->root_fd, &err) &&
	    !hugepage_want(wishes, &part, &err))
		return true;
	finding_add(findings, CHECK_WARNING, "%s", err.text);
	finding_advise(findings, "%s", err.hint);
	return false;
}

static void advise_up(struct findings *findings)
{
	finding_advise(
		findings,
		"`bedplate host-prep up hugepages` reserves them; soon "
		"after the boot there are most to be had, and those of 1G "
		"by the kernel's command line (hugepagesz=1G hugepages=N, on a node "
		"hugepages=NODE:N)");
}

/* There may be enough of them, and on the wrong node. */
static void check_node(const struct hugepage_pool *pool, const struct hugepage_wish *wish,
		       size_t place, unsigned id, struct findings *findings)
{
	uint64_t have = pool->nodes[place].total;
	char text[24];

	if (id >= HUGEPAGE_NODES || have >= wish->nodes[id])
		return;
	hugepage_size_text(wish->size, text);
	finding_add(findings, CHECK_PROBLEM,
		    "node %u has %" PRIu64 " huge pages of %s, and %" PRIu64
		    " are wanted there (%s)",
		    id, have, text, wish->nodes[id], wish->node_origins[id]);
	advise_up(findings);
}

static void check_absent_nodes(const struct hugepages *pages,
			       const struct hugepage_wish *wish,
			       struct findings *findings)
{
	for (unsigned id = 0; id < HUGEPAGE_NODES; id++) {
		size_t place = 0;

		while (place < pages->node_count && pages->nodes[place].id != id)
			place++;
		if (!wish->node_origins[id][0] || place < pages->node_count)
			continue;
		finding_add(findings, CHECK_PROBLEM, "there is no NUMA node %u here (%s)",
			    id, wish->node_origins[id]);
		finding_advise(findings,
			       "choose a Node= that /sys/devices/system/node has; "
			       "until then no huge pages are reserved at all");
	}
}

static void check_wish(const struct hugepages *pages, const struct hugepage_wish *wish,
		       struct findings *findings)
{
	const struct hugepage_pool *pool = hugepage_find(pages, wish->size);
	uint64_t wanted = wanted_pages(wish);
	char text[24];

	hugepage_size_text(wish->size, text);
	if (!pool) {
		finding_add(findings, CHECK_PROBLEM,
			    "the kernel knows no huge pages of %s (%s)", text,
			    wish->origin);
		finding_advise(findings, "choose a size that /sys/kernel/mm/hugepages "
					 "has");
	} else if (wanted < wish->guests) {
		finding_add(findings, CHECK_PROBLEM,
			    "the guests need %" PRIu64 " huge pages of %s, %" PRIu64
			    " are configured (%s)",
			    wish->guests, text, wanted, wish->origin);
		finding_advise(findings, "leave the number out, so that it follows the "
					 "guests' files, or raise it");
	} else if (pool->all.total < wanted) {
		finding_add(findings, CHECK_PROBLEM,
			    "%" PRIu64 " huge pages of %s are reserved, %" PRIu64
			    " are wanted (%s)",
			    pool->all.total, text, wanted, wish->origin);
		advise_up(findings);
	}
	for (size_t i = 0; pool && i < pages->node_count; i++)
		check_node(pool, wish, i, pages->nodes[i].id, findings);
	check_absent_nodes(pages, wish, findings);
}

void check_hugepages(const struct check_context *context, struct findings *findings)
{
	struct hugepages pages;
	struct hugepage_wishes wishes;

	if (!read_wishes(context, &pages, &wishes, findings))
		return;
	for (size_t i = 0; i < wishes.count; i++)
		check_wish(&pages, &wishes.items[i], findings);
}

/* ---- what the host keeps ---- */

/* Memory of guests that use no huge pages, and all huge pages there are to be: those stay
 * away from the host whether a guest runs or not. */
static uint64_t planned_memory(const struct check_context *context,
			       const struct hugepages *pages,
			       const struct hugepage_wishes *wishes)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < context->guests->count; i++) {
		const struct guest_memory *memory =
			&context->guests->items[i].data->memory;

		if (memory->huge_pages == guest_memory_huge_pages_no)
			sum += memory->size;
	}
	for (size_t i = 0; i < pages->count; i++) {
		const struct hugepage_pool *pool = &pages->pools[i];
		uint64_t most = pool->all.total;

		for (size_t j = 0; j < wishes->count; j++)
			if (wishes->items[j].size == pool->size &&
			    wanted_pages(&wishes->items[j]) > most)
				most = wanted_pages(&wishes->items[j]);
		sum += most * pool->size;
	}
	return sum;
}

void check_memory(const struct check_context *context, struct findings *findings)
{
	struct hugepages pages;
	struct hugepage_wishes wishes;
	uint64_t planned;
	double left;

	if (!read_wishes(context, &pages, &wishes, findings) || !pages.memory)
		return;
	planned = planned_memory(context, &pages, &wishes);
	left = 100.0 * (1.0 - (double)planned / (double)pages.memory);
	if (left >= CHECK_MEMORY_SHARE)
		return;
	finding_add(
		findings, left <= 0 ? CHECK_PROBLEM : CHECK_WARNING,
		"guests and huge pages take %.1f GiB of %.1f GiB of memory; %.0f%% are "
		"left for the host",
		(double)planned / (1 << 30), (double)pages.memory / (1 << 30),
		left < 0 ? 0 : left);
	finding_advise(findings,
		       "leave the host %d%% or more: less Size= in guests' [Memory], or "
		       "fewer guests; swap ([Swap]) only puts it off",
		       CHECK_MEMORY_SHARE);
}
