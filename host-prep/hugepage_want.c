/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugepage_want.c: how many huge pages the configuration and the guests ask for. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/hugepage.h"
#include "lib/cleanup.h"
#include "lib/origin.h"

static const uint64_t guest_sizes[] = {
	[guest_memory_huge_pages_no] = 0,
	[guest_memory_huge_pages_2M] = UINT64_C(2) << 20,
	[guest_memory_huge_pages_1G] = UINT64_C(1) << 30,
};

static struct hugepage_wish *wish_of(struct hugepage_wishes *wishes, uint64_t size)
{
	for (size_t i = 0; i < wishes->count; i++)
		if (wishes->items[i].size == size)
			return &wishes->items[i];
	if (wishes->count == HUGEPAGE_SIZES)
		return NULL;
	wishes->items[wishes->count].size = size;
	return &wishes->items[wishes->count++];
}

/* The first guest is named, as "guests/web.conf:3", unless a section is. */
static int add_guests(struct hugepage_wishes *wishes, const struct guests *guests,
		      struct err *err)
{
	for (size_t i = 0; i < guests->count; i++) {
		const struct guest *guest = &guests->items[i];
		uint64_t size = guest_sizes[guest->data->memory.huge_pages];
		struct hugepage_wish *wish = size ? wish_of(wishes, size) : NULL;

		if (!size)
			continue;
		if (!wish)
			return err_set(err, E2BIG, "too many sizes of huge pages");
		wish->guests += (guest->data->memory.size + size - 1) / size;
		if (!wish->origin[0])
			origin_text(guest->conf, "Memory", "HugePages", 0, wish->origin,
				    sizeof(wish->origin));
	}
	return 0;
}

static int add_number(struct hugepage_wish *wish, const struct host_huge_pages *section,
		      const char *origin, struct err *err)
{
	uint64_t number = strtoull(section->pages, NULL, 10);
	size_t node = (size_t)section->node;

	if (section->node >= HUGEPAGE_NODES)
		return err_set(err, E2BIG, "%s: node %" PRId64 " is beyond %d", origin,
			       section->node, HUGEPAGE_NODES - 1);
	if (section->node < 0) {
		wish->any += number;
		wish->exact = true;
		snprintf(wish->origin, sizeof(wish->origin), "%s", origin);
		return 0;
	}
	wish->has_nodes = true;
	wish->nodes[node] = number;
	if (!wish->origin[0])
		snprintf(wish->origin, sizeof(wish->origin), "%s", origin);
	snprintf(wish->node_origins[node], sizeof(wish->node_origins[node]), "%s",
		 origin);
	return 0;
}

struct sums {
	uint64_t numbers, spare; /* pages */
	bool automatic;          /* a section says so */
	bool any;                /* there is a section at all */
	char origin[SETTING_ORIGIN];
};

static int add_sections(struct hugepage_wish *wish, const struct part_context *context,
			struct sums *sums, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < context->host->huge_pages.count; i++) {
		const struct host_huge_pages *section =
			&context->host->huge_pages.items[i];
		char origin[SETTING_ORIGIN];

		if (section->size != wish->size)
			continue;
		sums->any = true;
		origin_text(context->conf, "HugePages", "Pages", i, origin,
			    sizeof(origin));
		if (strcmp(section->pages, "auto") != 0) {
			result = add_number(wish, section, origin, err);
			sums->numbers += strtoull(section->pages, NULL, 10);
			snprintf(sums->origin, sizeof(sums->origin), "%s", origin);
			continue;
		}
		if (!wish->origin[0])
			snprintf(wish->origin, sizeof(wish->origin), "%s", origin);
		sums->automatic = true;
		sums->spare += (uint64_t)section->spare;
		if (section->spare)
			origin_text(context->conf, "HugePages", "Spare", i, wish->origin,
				    sizeof(wish->origin));
	}
	return result;
}

static int finish(struct hugepage_wish *wish, const struct part_context *context,
		  struct err *err)
{
	struct sums sums = { .numbers = 0 };
	int result = add_sections(wish, context, &sums, err);
	uint64_t rest = wish->guests > sums.numbers ? wish->guests - sums.numbers : 0;
	char text[24];

	if (result)
		return result;
	if (sums.automatic || !sums.any) {
		wish->any += rest + sums.spare;
		wish->exact = false;
	} else if (rest) {
		part_note(context,
			  "guests' files need %" PRIu64 " pages of %s, and %" PRIu64
			  " are configured (%s)",
			  wish->guests, hugepage_size_text(wish->size, text),
			  sums.numbers, sums.origin);
	}
	return 0;
}

int hugepage_want(struct hugepage_wishes *wishes, const struct part_context *context,
		  struct err *err)
{
	int result;

	*wishes = (struct hugepage_wishes){ .count = 0 };
	result = add_guests(wishes, context->guests, err);
	for (size_t i = 0; !result && i < context->host->huge_pages.count; i++)
		if (!wish_of(wishes, context->host->huge_pages.items[i].size))
			result = err_set(err, E2BIG, "too many sizes of huge pages");
	for (size_t i = 0; !result && i < wishes->count; i++)
		result = finish(&wishes->items[i], context, err);
	return result;
}

/* ---- numbers of pages ---- */

/* The place of a node among those that are there; -1 where it is not. */
static int place_of_node(const struct hugepages *pages, unsigned id)
{
	for (size_t i = 0; i < pages->node_count; i++)
		if (pages->nodes[i].id == id)
			return (int)i;
	return -1;
}

static int add_node_numbers(struct hugepage_target *target, const struct hugepages *pages,
			    const struct hugepage_wish *wish, struct err *err)
{
	for (unsigned id = 0; id < HUGEPAGE_NODES; id++) {
		int place = place_of_node(pages, id);

		if (!wish->node_origins[id][0])
			continue;
		if (place < 0)
			return err_set(err, ENODEV,
				       "%s: there is no NUMA node %u here; there are %zu",
				       wish->node_origins[id], id, pages->node_count);
		target->nodes[place] = wish->nodes[id];
	}
	return 0;
}

/* Pages on any node: those that a node has beyond its number stay there, the rest is spread
 * evenly, so that a second plan finds what the first one made. */
static void spread(struct hugepage_target *target, const struct hugepages *pages,
		   const struct hugepage_pool *pool, uint64_t any)
{
	for (size_t i = 0; i < pages->node_count; i++) {
		uint64_t have = pool->nodes[i].total - pool->nodes[i].surplus;
		uint64_t beyond = have > target->nodes[i] ? have - target->nodes[i] : 0;
		uint64_t stay = beyond < any ? beyond : any;

		target->nodes[i] += stay;
		any -= stay;
	}
	for (size_t i = 0; any && i < pages->node_count; i++) {
		uint64_t share = any / (pages->node_count - i);

		share += any % (pages->node_count - i) != 0;
		target->nodes[i] += share;
		any -= share;
	}
}

int hugepage_target(struct hugepage_target *target, const struct hugepages *pages,
		    const struct hugepage_wish *wish, uint64_t before, struct err *err)
{
	const struct hugepage_pool *pool = hugepage_find(pages, wish->size);
	uint64_t any = wish->any, numbers = 0;
	int result = 0;

	*target = (struct hugepage_target){ .by_node = wish->has_nodes };
	for (size_t i = 0; i < HUGEPAGE_NODES; i++)
		numbers += wish->nodes[i];
	if (!wish->exact && before > any + numbers)
		any = before - numbers;
	target->all = any;
	if (wish->has_nodes) {
		result = add_node_numbers(target, pages, wish, err);
		if (!result && pool)
			spread(target, pages, pool, any);
	}
	return result;
}
